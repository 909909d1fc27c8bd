import type { Clock } from "../../src/clock.js";
import type { Limits } from "../../src/upstream/budget/pace.js";
import type { Permit, PermitRequest, PermitSource, PermitTerms, Priority } from "../../src/upstream/budget/permit.js";
import { RateLimiter } from "../../src/upstream/budget/rate-limiter.js";

/** Under fake timers: moves with them, and not when the wall clock is set. */
export const clock: Pick<Clock, "monotonic"> = { monotonic: () => performance.now() };
export const now = clock.monotonic;
export const limiterOf = (limits: Limits, random = () => 0) => new RateLimiter({ name: "operations of account a", limits, clock, random });
export const within = (ms: number, priority: Priority = "interactive"): PermitTerms => ({ deadline: now() + ms, priority });

export interface Run {
  granted: number;
  /** When the request left. */
  begun: number;
  ended: number;
}

export const lasting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Takes a permit, sends after a look-up of `lookUpMs` and keeps the permit for `durationMs` from then on. One that has expired by then
 * is exchanged for another.
 */
export async function exchange(source: PermitSource, terms: PermitTerms, durationMs: number, runs: Run[], lookUpMs = 0): Promise<Run> {
  const permit = await acquirePermit(source, terms);
  const granted = now();
  if (lookUpMs > 0) await lasting(lookUpMs);
  if (!(await permit.use())) return exchange(source, terms, durationMs, runs);
  const run = { granted, begun: now(), ended: Number.POSITIVE_INFINITY };
  runs.push(run);
  await lasting(durationMs);
  run.ended = now();
  permit.release();
  return run;
}

/** Permits from elsewhere: each message is `latencyMs` under way, and a permit expires when it is not used within `leaseMs`. */
export class RemotePermits implements PermitSource {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly latencyMs: number,
    private readonly leaseMs: number,
  ) {}

  request(terms: PermitTerms, { grant, refuse }: Parameters<PermitSource["request"]>[1]): PermitRequest {
    let cancelled = false;
    const request = this.limiter.request(terms, {
      grant: async (permit) => {
        const leased = this.#leased(permit);
        await lasting(this.latencyMs);
        if (cancelled) leased.release();
        else grant(leased);
      },
      refuse: async (error) => {
        await lasting(this.latencyMs);
        if (!cancelled) refuse(error);
      },
    });
    return {
      earliest: () => request.earliest() + this.latencyMs,
      move: request.move,
      cancel: () => {
        cancelled = true;
        request.cancel();
      },
    };
  }

  refusal = (earliest: number) => this.limiter.refusal(earliest);
  rateLimited = (retryAfterMs: number | undefined) => this.limiter.rateLimited(retryAfterMs);
  succeeded = () => this.limiter.succeeded();
  reclaim = () => this.limiter.reclaim();
  budget = () => this.limiter.budget();
  close = () => this.limiter.close();

  get pause() {
    return this.limiter.pause;
  }

  #leased(permit: Permit): Permit {
    const lease = setTimeout(() => permit.release(), this.leaseMs);
    return {
      use: async () => {
        await lasting(this.latencyMs);
        clearTimeout(lease);
        return permit.use();
      },
      reclaimable: permit.reclaimable,
      release: () => {
        clearTimeout(lease);
        permit.release();
      },
    };
  }
}

/** Resolves with a permit; rejects with the refusal. */
export const acquirePermit = (source: PermitSource, terms: PermitTerms): Promise<Permit> =>
  new Promise((grant, refuse) => source.request(terms, { grant, refuse }));
