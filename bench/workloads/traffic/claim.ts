import { isDeepStrictEqual } from "node:util";
import type { Api } from "../../../src/simulator/wire/api.js";
import type { Line } from "../../../test/support/line.js";
import { check } from "../../workload.js";
import { RememberedTruth } from "./remembered-truth.js";

/** An object of an answer that carries its age. */
export interface Measured {
  asOf: string;
  stale: boolean;
  window?: { from: string; to: string };
  [field: string]: unknown;
}

/** What an object of an answer shows, and how to compute what it must show. */
export interface Claim {
  api: Api;
  account: string;
  what: string;
  /** How long its figures are fresh. */
  ttlMs: number;
  /** When it was asked for, and when the answer was there; epoch ms of the shared clock. */
  askedAt: number;
  answeredAt: number;
  /** Null: the platform had nothing. */
  shown: Measured | null;
  /** The fields that must be shown if the platform was asked at this moment; null: it had nothing. */
  expected(truth: RememberedTruth, at: number): Record<string, unknown> | null;
}

/** The platform sees a call at most this long after the gateway has read its clock. Later pages of an answer take part of it. */
const onTheWayMs = 5_000;

/**
 * Throws unless each claim equals the platform's figures at a moment at which the platform was asked. A claim must also be no older
 * than its time to live, or twice that when it is marked stale.
 */
export function verify(claims: readonly Claim[], line: Line): void {
  const calls = line.simulator.requests();
  const truths = new Map(line.simulator.accounts.map(({ id }) => [id, new RememberedTruth(line.simulator.truth(id))]));
  for (const { api, account, shown, what, ttlMs, askedAt, answeredAt, expected } of claims) {
    const from = shown ? Date.parse(shown.asOf) : askedAt - 2 * ttlMs;
    const to = shown ? Math.min(from + onTheWayMs, answeredAt) : answeredAt;
    if (shown) {
      const ageMs = askedAt - from;
      check(ageMs < (shown.stale ? 2 : 1) * ttlMs, `${what} is ${ageMs} ms old, and stale is ${shown.stale}`);
    }
    const moments = new Set(
      calls.filter((call) => call.api === api && call.account === account && call.at >= from && call.at <= to).map(({ at }) => at),
    );
    check(moments.size > 0, `${what} is of ${new Date(from).toISOString()}, when the platform was not asked`);
    const truth = [...moments].map((at) => expected(truths.get(account)!, at));
    check(
      truth.some((figures) => agrees(shown, figures)),
      `${what} is ${JSON.stringify(shown)}, and was ${JSON.stringify(truth)}`,
    );
  }
}

const agrees = (shown: Measured | null, expected: Record<string, unknown> | null): boolean =>
  shown && expected ? Object.entries(expected).every(([field, value]) => isDeepStrictEqual(shown[field], value)) : shown === expected;
