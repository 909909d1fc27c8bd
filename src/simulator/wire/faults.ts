import { type Random, seeded } from "../random.js";
import type { Api } from "./api.js";
import type { ErrorForm } from "./error-body.js";

export const faultKinds = [
  "status",
  "reset",
  "hang",
  "slow-headers",
  "slow-body",
  "cut-body",
  "truncated-json",
  "not-json",
  "html",
  "oversized",
  "rewritten",
  "in-progress",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultSpec {
  /** Absent: every API, and the token and domain endpoints. */
  api?: Api;
  /** Absent: every account. */
  account?: string;
  /** Only requests whose path, query or body contains this text. */
  contains?: string;
  /** Default "status" */
  kind?: FaultKind;
  /** For "status"; default 500. */
  status?: number;
  /** Form of the error body, for "status". */
  form?: ErrorForm;
  /** Retry-After for "status": a number is written as seconds or, with `retryAfterForm: "date"`, as a date. */
  retryAfterSeconds?: number;
  retryAfterForm?: "seconds" | "date";
  /** For "slow-headers" and "slow-body": how long it takes in all; default 1000. */
  afterMs?: number;
  /** For "oversized"; default 20 million. */
  bytes?: number;
  /** For "rewritten": a regular expression, every match of which in the answer's text becomes `replace`; absent: nothing matches. */
  find?: string;
  /** Default empty; $1 is the first group of the match. */
  replace?: string;
  /** How many requests it hits; absent: until cleared. */
  times?: number;
  /** Chance to hit a matching request; default 1. */
  probability?: number;
  /** Seed of that chance; default 1. */
  seed?: number;
}

interface Active {
  spec: FaultSpec;
  left: number;
  random: Random;
}

/** The faults that are switched on, oldest first. */
export class Faults {
  #active: Active[] = [];

  add(spec: FaultSpec): void {
    this.#active.push({ spec, left: spec.times ?? Number.POSITIVE_INFINITY, random: seeded(spec.seed ?? 1) });
  }

  clear(): void {
    this.#active = [];
  }

  list(): (FaultSpec & { left: number | null })[] {
    return this.#active.map(({ spec, left }) => ({ ...spec, left: Number.isFinite(left) ? left : null }));
  }

  /** The first fault that hits the request; it is used up by one. */
  take(api: Api, account: string, text: string): FaultSpec | undefined {
    const hit = this.#active.find(({ spec, random }) => {
      if (spec.api !== undefined && spec.api !== api) return false;
      if (spec.account !== undefined && spec.account !== account) return false;
      if (spec.contains !== undefined && !text.includes(spec.contains)) return false;
      return spec.probability === undefined || random() < spec.probability;
    });
    if (hit === undefined) return undefined;
    hit.left--;
    if (hit.left <= 0) this.#active = this.#active.filter((one) => one !== hit);
    return hit.spec;
  }
}
