import { setTimeout as pause } from "node:timers/promises";
import type { Line } from "../../../test/support/line.js";
import { check } from "../../workload.js";
import type { Claim } from "./claim.js";
import type { HttpUnderWay } from "./http-under-way.js";
import type { MovingClock } from "./moving-clock.js";
import type { Panel } from "./panel.js";

/** A question and its moment, ms after the start of the timeline. */
export interface Arrival {
  atMs: number;
  panel: Panel;
}

/** Shorter gaps pass in real time, longer ones are skipped. */
const longestRealGapMs = 100;
const lookMs = 12;

/** A line with its clock, and what viewers saw of it. */
export class Scene {
  /** Real time from each question to its answer, ms. */
  readonly latencies: number[] = [];
  readonly claims: Claim[] = [];

  constructor(
    readonly line: Line,
    readonly clock: MovingClock,
    private readonly http: Pick<HttpUnderWay, "count">,
    /** Sent with each question. */
    private readonly headers: Record<string, string> = {},
  ) {}

  /** The data of the answer. Rejects when the answer has errors. */
  async ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const began = performance.now();
    const { data, errors } = await this.line.ask<T>(query, { variables, headers: this.headers });
    this.latencies.push(performance.now() - began);
    check(errors.length === 0, JSON.stringify(errors[0]));
    return data;
  }

  /** Asks, and keeps what the answer shows for `verify`. */
  async look(panel: Panel): Promise<void> {
    const { account, query, variables } = panel;
    const askedAt = this.clock.now();
    const data = await this.ask(query, variables);
    const answeredAt = this.clock.now();
    this.claims.push(...panel.claims(data).map((claim) => ({ ...claim, account, askedAt, answeredAt })));
  }

  /** Asks each question at its moment, without waiting for earlier answers. Resolves when all are answered and no call is under way. */
  async timeline(arrivals: readonly Arrival[]): Promise<void> {
    const begin = this.clock.now();
    const failures: unknown[] = [];
    const asked: Promise<unknown>[] = [];
    for (const { atMs, panel } of arrivals.toSorted((a, b) => a.atMs - b.atMs)) {
      const gapMs = () => begin + atMs - this.clock.now();
      if (gapMs() > longestRealGapMs) {
        await Promise.all(asked);
        await this.quiet();
        if (gapMs() > 0) this.clock.skip(gapMs());
      } else if (gapMs() > 0) await pause(gapMs());
      asked.push(this.look(panel).catch((failure: unknown) => failures.push(failure)));
    }
    await Promise.all(asked);
    await this.quiet();
    if (failures.length > 0) throw failures[0];
  }

  async skip(seconds: number): Promise<void> {
    await this.quiet();
    this.clock.skip(seconds * 1_000);
  }

  /** Resolves when no request is under way and none has followed for some ms: no call may see the clock jump. */
  async quiet(): Promise<void> {
    for (let before = -1; ; ) {
      const { total } = this.line.simulator.counts();
      if (this.http.count === 0 && total === before) return;
      before = total;
      await pause(lookMs);
    }
  }
}
