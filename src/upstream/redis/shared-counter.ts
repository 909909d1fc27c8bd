import { driftMs, type Limits, longestSpanMs, Pace } from "../budget/pace.js";
import { type CountedPermit, type PermitCounter, type PermitTerms, priorities, type Waiting } from "../budget/permit.js";
import { join, pause, sync, use } from "./budget-scripts.js";
import type { Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import type { Presence } from "./presence.js";
import type { RedisClock } from "./redis-clock.js";
import { GarbledReply, listOf, numberOf, type Reply, textOf } from "./script.js";

export interface SharedCounterOptions {
  account: string;
  service: string;
  limits: Limits;
  /** Names this replica. */
  replica: string;
  link: RedisLink;
  keys: Keys;
  clock: RedisClock;
  presence: Presence;
  random: () => number;
  /** A permit whose replica has died comes back after this time, ms; replicas that live renew theirs. Default: 10 s. */
  leaseMs?: number;
  warn: (message: string, error?: unknown) => void;
}

/**
 * Renewed three times within it. What a replica had asked when it was killed ends with its connections; of one that was stopped it may go on at the
 * platform for the rest of the longest exchange.
 */
const usualLeaseMs = 10_000;
/** A request that waits is forgotten unless its replica tells of it again. */
const heardMs = 1_500;
const tellAgainMs = 500;
/** A process that was stopped or busy for longer than this after it was allowed to send does not send: the windows allow for no more. */
const longestUseMs = driftMs - 50;
/** A Redis that has lost everything hears from all replicas within this time. Until then each keeps to its share. */
const settlingMs = 3_000;

/** A service that nobody uses is looked at once in so many beats. */
const idleBeats = 5;
/** Exchanges of other replicas that were under way when Redis was lost may still be for so long. */
const underWayMs = 2_000;

/** The more urgent, the lower. Rank first, then the moment by which it is needed. */
const urgencyOf = ({ priority, due, deadline }: PermitTerms, clock: RedisClock): number =>
  priorities.indexOf(priority) * 1e14 + Math.min(clock.toRedis(due ?? deadline), 9e13);

/**
 * Counts the permits of one service of an account over all replicas, in Redis. A copy of when calls began is kept here: by it the earliest
 * moments are estimated, and when Redis is away, this replica keeps to its share of what is left.
 */
export class SharedCounter implements PermitCounter {
  readonly #pace: Pace;
  readonly #leaseMs: number;
  /** Permits of this replica: granted by Redis and not taken by a request yet, taken, or used. */
  readonly #out = new Map<string, "granted" | "taken" | "used">();
  /** When this replica's calls began, monotonic ms. */
  #used: { readonly id: string; readonly at: number }[] = [];
  readonly #ids = new WeakMap<Waiting, string>();
  #waiting: readonly Waiting[] = [];
  /** Requests that Redis knows of. */
  #told = new Set<string>();
  #released: string[] = [];
  /** Of those, the ones that Redis counts as used and that were not. */
  #unspent: string[] = [];
  /** The epoch of Redis; undefined while this replica keeps to its share. */
  #epoch: string | undefined;
  #since = 0;
  #lessons = 0;
  /** As far as is known. Without Redis: what was out when it was lost, until that may be over. */
  #outElsewhere = 0;
  #underWay: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isSyncing = false;
  #isDue = false;
  /** Whether another call might have begun when Redis was told last. */
  #wasOpen = false;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #beats = 0;
  #again: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #changed: () => void = () => undefined;

  constructor(private readonly options: SharedCounterOptions) {
    const { link, keys, limits, random } = options;
    this.#pace = new Pace(limits, random);
    this.#leaseMs = options.leaseMs ?? usualLeaseMs;
    link.onChange({
      joined: () => this.#join(),
      beat: async () => this.#beat(),
      left: () => this.#keepToShare(),
    });
    link.on(keys.budgetChannel, (message) => {
      if (message === this.#paused || (message === this.#message && this.#waiting.length > 0)) this.#sync();
    });
  }

  earliest = (now: number, ahead: number): number => this.#pace.earliest(now, ahead);

  get concurrency(): number {
    return this.#pace.concurrency;
  }

  get out(): number {
    return this.#out.size + this.#outElsewhere;
  }

  get pausedUntil(): number {
    return this.#pace.pausedUntil;
  }

  take(now: number): CountedPermit | null {
    if (this.#epoch !== undefined) {
      const [id] = this.#granted;
      return id === undefined ? null : this.#permit(id);
    }
    if (this.#out.size >= this.#pace.concurrency || this.out >= this.options.limits.maxConcurrent) return null;
    if (this.#pace.earliest(now, 0) > now) return null;
    return this.#permit(this.#newId());
  }

  wanted(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    if (this.#epoch === undefined) return;
    for (const id of this.#granted) this.#release(id);
    const heads = this.#heads();
    const isTold = heads.length === this.#told.size && heads.every((each) => this.#told.has(this.#idOf(each)));
    const opens = heads.length > 0 && !this.#wasOpen && this.#isOpen;
    if (!isTold || opens) this.#sync();
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  slowDown(now: number, retryAfterMs: number | undefined): void {
    const { link, clock, keys } = this.options;
    this.#pace.slowDown(now, retryAfterMs);
    if (!link.isUp) return;
    const told = { until: clock.toRedis(this.#pace.pausedUntil), channel: keys.budgetChannel, message: this.#paused };
    link.run(pause, this.#keys, [JSON.stringify(told)]).then(
      (lessons) => {
        this.#lessons = Math.max(this.#lessons, numberOf(lessons));
      },
      (error) => this.#failed(error),
    );
  }

  speedUp(): void {
    this.#pace.speedUp();
  }

  available = (now: number): number => this.#pace.available(now);

  /** Whether another call may begin now, as far as is known. */
  get #isOpen(): boolean {
    return this.#pace.earliest(this.#now, 0) <= this.#now;
  }

  /** Nothing of this replica is under way any more: its permits go back to the others. */
  async close(): Promise<void> {
    if (this.#epoch === undefined) return;
    for (const id of this.#out.keys()) this.#released.push(id);
    this.#out.clear();
    this.#waiting = [];
    await this.#exchange(this.#epoch).catch((error) => this.#failed(error));
  }

  get #now(): number {
    return this.options.clock.monotonic();
  }

  get #keys(): string[] {
    const { state, log, out, unused, waiting, heard } = this.options.keys.budget(this.options.account, this.options.service);
    return [state, log, out, unused, waiting, heard];
  }

  get #message(): string {
    return `${this.options.account}:${this.options.service}`;
  }

  get #paused(): string {
    return `paused ${this.#message}`;
  }

  #newId = (): string => `${this.options.replica}:${this.#lastId++}`;

  #heads = (): readonly Waiting[] => this.#waiting.slice(0, this.options.limits.maxConcurrent);

  /** Under which Redis knows the request: the permit that it is granted has the same id. */
  #idOf(waiting: Waiting): string {
    const id = this.#ids.get(waiting) ?? this.#newId();
    this.#ids.set(waiting, id);
    return id;
  }

  // ------------------------------------------------------------ permits

  get #granted(): string[] {
    return [...this.#out].flatMap(([id, state]) => (state === "granted" ? [id] : []));
  }

  get #inUse(): string[] {
    return [...this.#out].flatMap(([id, state]) => (state === "used" ? [id] : []));
  }

  #permit(id: string): CountedPermit {
    this.#out.set(id, "taken");
    this.#pace.granted();
    return {
      use: (now) => {
        // It was granted before Redis went away or came back, and counts for nobody now.
        if (!this.#out.has(id)) return false;
        return this.#epoch === undefined ? this.#uses(id, now) : this.#asksToUse(id);
      },
      release: () => this.#release(id),
    };
  }

  #uses(id: string, at: number): true {
    this.#out.set(id, "used");
    this.#pace.used(at);
    this.#used.push({ id, at });
    return true;
  }

  async #asksToUse(id: string): Promise<boolean> {
    const { link } = this.options;
    const began = this.#now;
    try {
      const [at] = listOf(await link.run(use, this.#keys, [JSON.stringify({ epoch: this.#epoch, id, leaseMs: this.#leaseMs })]));
      if (at === undefined || !this.#out.has(id)) return false;
      if (this.#now - began > longestUseMs) {
        this.#unspent.push(id);
        return false;
      }
      return this.#uses(id, Math.min(this.#now, this.options.clock.toMonotonic(numberOf(at))));
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #release(id: string): void {
    const state = this.#out.get(id);
    if (!this.#out.delete(id)) return;
    if (state === "taken") this.#pace.returned();
    if (this.#epoch === undefined) return;
    this.#released.push(id);
    this.#sync();
  }

  // ------------------------------------------------------------ with Redis

  /** Tells Redis what this replica has used, and counts with it from now on; later, when Redis has lost what the others have used. */
  async #join(): Promise<void> {
    const { link, clock, presence } = this.options;
    clearTimeout(this.#settling);
    this.#forget();
    const used = this.#used.map(({ id, at }) => [id, clock.toRedis(at)]);
    const told = { epoch: this.#newId(), used, out: this.#inUse, leaseMs: this.#leaseMs };
    const [epoch, ageMs] = listOf(await link.run(join, this.#keys, [JSON.stringify(told)]));
    const leftMs = settlingMs - numberOf(ageMs);
    if (presence.before > 1 && leftMs > 0) {
      this.#settling = setTimeout(() => {
        if (link.isUp) this.#join().catch((error) => this.#failed(error));
      }, leftMs);
      return;
    }
    this.#pace.restart(
      this.options.limits,
      this.#used.map(({ at }) => at),
    );
    this.#dropsUnused();
    this.#since = clock.now() - longestSpanMs;
    this.#released = [];
    this.#unspent = [];
    this.#told.clear();
    this.#epoch = textOf(epoch);
    this.#sync();
  }

  /** One script at a time tells all that has changed since the last. */
  #sync(): void {
    this.#isDue = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    queueMicrotask(() => void this.#synced());
  }

  async #synced(): Promise<void> {
    try {
      while (this.#isDue && this.#epoch !== undefined) {
        this.#isDue = false;
        await this.#exchange(this.#epoch);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isSyncing = false;
    }
  }

  async #exchange(epoch: string): Promise<void> {
    const { link, keys, clock } = this.options;
    const now = this.#now;
    const heads = this.#heads();
    const waiting = heads.map((each) => [this.#idOf(each), urgencyOf(each.terms, clock)] as const);
    const ids = new Map(heads.map((each) => [this.#idOf(each), each]));
    const gone = [...this.#told].filter((id) => !ids.has(id));
    const renews = now - this.#renewedAt > this.#leaseMs / 3;
    const told = {
      epoch,
      leaseMs: this.#leaseMs,
      heardMs,
      concurrency: this.#pace.concurrency,
      windows: this.#pace.windows.map(({ spanMs, most }) => [spanMs, most]),
      gapMs: this.#pace.gapMs,
      since: this.#since,
      released: this.#released.splice(0),
      unspent: this.#unspent.splice(0),
      held: renews ? this.#inUse : [],
      gone,
      waiting,
      // The copy here guards against a clock of Redis that was set forward.
      mayGrant: this.#isOpen,
      channel: keys.budgetChannel,
      message: this.#message,
    };
    this.#told = new Set(ids.keys());
    if (renews) this.#renewedAt = now;
    const reply = listOf(await link.run(sync, this.#keys, [JSON.stringify(told)]));
    // Redis went away meanwhile.
    if (this.#epoch !== epoch) return;
    if (reply.length === 0) {
      this.#keepToShare();
      await this.#join();
      return;
    }
    this.#takesIn(reply, ids);
    this.#wasOpen = this.#isOpen;
    this.#changed();
    clearTimeout(this.#again);
    if (this.#told.size > 0) this.#again = setTimeout(() => this.#sync(), tellAgainMs);
  }

  #takesIn([granted, pausedUntil, lessons, out, used]: readonly Reply[], ids: ReadonlyMap<string, Waiting>): void {
    const { clock, replica } = this.options;
    for (const each of listOf(granted)) {
      const id = textOf(each);
      const waiting = ids.get(id);
      if (!waiting) throw new GarbledReply("Redis granted a permit that nobody has asked for.");
      this.#ids.delete(waiting);
      this.#told.delete(id);
      this.#out.set(id, "granted");
    }
    const told = numberOf(lessons);
    if (told > this.#lessons) this.#pace.slowedDownElsewhere(this.#now, clock.toMonotonic(numberOf(pausedUntil)));
    this.#lessons = told;
    this.#outElsewhere = Math.max(0, numberOf(out) - this.#out.size);
    const log = listOf(used);
    for (let at = 0; at < log.length; at += 2) {
      const [id, usedAt] = [textOf(log[at]), numberOf(log[at + 1])];
      this.#since = Math.max(this.#since, usedAt);
      if (!id.startsWith(`${replica}:`)) this.#pace.usedElsewhere(Math.min(this.#now, clock.toMonotonic(usedAt)));
    }
    this.#forget();
  }

  /** Learns what the other replicas have used: the share of this one depends on it. */
  #beat(): void {
    const isInUse = this.#out.size > 0 || this.#pace.begun(this.#now).length > 0;
    if (isInUse || this.#beats++ % idleBeats === 0) this.#sync();
  }

  #failed(error: unknown): void {
    if (error instanceof GarbledReply) this.options.link.distrust(error);
    else if (!(error instanceof RedisAway)) this.options.warn("The shared budget failed", error);
  }

  // ------------------------------------------------------------ without Redis

  /**
   * The share of this replica: an even part of the limits, of which an even part of all that was used is gone. What is left over all
   * replicas is then no more than what is left of the limits.
   */
  #keepToShare(): void {
    const { limits, presence } = this.options;
    const { replicas } = presence;
    clearTimeout(this.#again);
    clearTimeout(this.#settling);
    if (this.#epoch === undefined) return;
    this.#epoch = undefined;
    this.#told.clear();
    clearTimeout(this.#underWay);
    this.#underWay = setTimeout(() => {
      if (this.#epoch === undefined) this.#outElsewhere = 0;
      this.#changed();
    }, underWayMs);
    this.#dropsUnused();
    const share = (most: number) => Math.max(1, Math.floor(most / replicas));
    const begun = this.#pace.begun(this.#now);
    const ofEach = begun.filter((_, index) => index % replicas === replicas - 1 || index === begun.length - 1);
    this.#pace.restart(
      {
        maxConcurrent: share(limits.maxConcurrent),
        maxPerMinute: share(limits.maxPerMinute),
        ...(limits.maxPerSecond !== undefined && { maxPerSecond: share(limits.maxPerSecond) }),
      },
      ofEach,
    );
    this.#changed();
  }

  /** A permit that was granted by other rules and not used yet has expired. */
  #dropsUnused(): void {
    for (const [id, state] of this.#out) if (state !== "used") this.#out.delete(id);
  }

  #forget(): void {
    const since = this.#now - longestSpanMs;
    this.#used = this.#used.filter(({ at }) => at > since);
  }
}
