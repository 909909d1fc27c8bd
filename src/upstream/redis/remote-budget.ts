import { join, pause, sync, use } from "./budget-scripts.js";
import type { Keys } from "./keys.js";
import type { RedisLink } from "./link.js";
import type { RedisClock } from "./redis-clock.js";
import { listOf, numberOf, textOf } from "./script.js";

export interface RemoteBudgetOptions {
  account: string;
  service: string;
  link: RedisLink;
  keys: Keys;
  clock: RedisClock;
  /** A permit whose replica has died comes back after this time, ms. */
  leaseMs: number;
  /** A request that waits is forgotten after this time, ms, unless it is told again. */
  heardMs: number;
}

/** A permit that was used, with the moment, monotonic ms. */
export interface UsedPermit {
  readonly id: string;
  readonly at: number;
}

/** Everything that one replica tells at a time. */
export interface Told {
  epoch: string;
  concurrency: number;
  windows: readonly { spanMs: number; most: number }[];
  gapMs: number;
  /** Redis' time up to which it is known what was used. */
  since: number;
  released: readonly string[];
  /** Of those, the ones that Redis counts as used and that were not. */
  unspent: readonly string[];
  /** Permits whose leases are renewed. */
  held: readonly string[];
  /** Requests that wait no longer. */
  gone: readonly string[];
  /** Requests that wait, with their urgencies: the lower, the sooner. */
  waiting: readonly (readonly [id: string, urgency: number])[];
  mayGrant: boolean;
}

/** What Redis says to that. */
export interface Synced {
  granted: readonly string[];
  /** Monotonic ms. */
  pausedUntil: number;
  /** How many 429s all replicas have told. */
  lessons: number;
  /** Permits of all replicas that are out. */
  out: number;
  used: readonly UsedPermit[];
  /** Redis' time of the last of them. */
  since: number;
}

/** The permits of one service of an account as Redis counts them over all replicas: each method runs one script. Rejects with RedisAway or GarbledReply. */
export class RemoteBudget {
  readonly #keys: readonly string[];
  readonly #channel: string;
  /** The account and service, in messages of the channel that all share. */
  readonly #name: string;

  constructor(private readonly options: RemoteBudgetOptions) {
    const { account, service, keys } = options;
    const { state, log, out, unused, waiting, heard } = keys.budget(account, service);
    this.#keys = [state, log, out, unused, waiting, heard];
    this.#channel = keys.budgetChannel;
    this.#name = `${account}:${service}`;
  }

  /** To be called before the link starts. `paused`: another replica was told 429. `free`: a permit may be had. */
  onMessage({ paused, free }: { paused: () => void; free: () => void }): void {
    this.options.link.on(this.#channel, (message) => {
      if (message === this.#paused) paused();
      else if (message === this.#name) free();
    });
  }

  /** Tells what this replica has used and holds. `epoch`: begins if Redis knows none. */
  async join(told: { epoch: string; used: readonly UsedPermit[]; out: readonly string[] }): Promise<{ epoch: string; ageMs: number }> {
    const { link, clock, leaseMs } = this.options;
    const used = told.used.map(({ id, at }) => [id, clock.toRedis(at)]);
    const [epoch, ageMs] = listOf(await link.run(join, this.#keys, [JSON.stringify({ ...told, used, leaseMs })]));
    return { epoch: textOf(epoch), ageMs: numberOf(ageMs) };
  }

  /** Null when the epoch is another: Redis has lost everything meanwhile. */
  async sync(told: Told): Promise<Synced | null> {
    const { link, clock, leaseMs, heardMs } = this.options;
    const windows = told.windows.map(({ spanMs, most }) => [spanMs, most]);
    const said = { ...told, windows, leaseMs, heardMs, channel: this.#channel, message: this.#name };
    const reply = listOf(await link.run(sync, this.#keys, [JSON.stringify(said)]));
    if (reply.length === 0) return null;
    const [granted, pausedUntil, lessons, out, log] = reply;
    const found = listOf(log);
    const used: UsedPermit[] = [];
    let { since } = told;
    for (let at = 0; at < found.length; at += 2) {
      const usedAt = numberOf(found[at + 1]);
      since = Math.max(since, usedAt);
      used.push({ id: textOf(found[at]), at: clock.toMonotonic(usedAt) });
    }
    return {
      granted: listOf(granted).map(textOf),
      pausedUntil: clock.toMonotonic(numberOf(pausedUntil)),
      lessons: numberOf(lessons),
      out: numberOf(out),
      used,
      since,
    };
  }

  /** Right before a request leaves: monotonic ms at which Redis counts it; null when the permit has expired. */
  async use(epoch: string, id: string): Promise<number | null> {
    const { link, clock, leaseMs } = this.options;
    const [at] = listOf(await link.run(use, this.#keys, [JSON.stringify({ epoch, id, leaseMs })]));
    return at === undefined ? null : clock.toMonotonic(numberOf(at));
  }

  /** The platform has said 429. `until`: monotonic ms. Resolves with how many 429s were told. */
  async pause(until: number): Promise<number> {
    const { link, clock } = this.options;
    const said = { until: clock.toRedis(until), channel: this.#channel, message: this.#paused };
    return numberOf(await link.run(pause, this.#keys, [JSON.stringify(said)]));
  }

  get #paused(): string {
    return `paused ${this.#name}`;
  }
}
