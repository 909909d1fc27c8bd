import { driftMs, type Limits, longestSpanMs, Pace } from "../budget/pace.js";
import { type CountedPermit, type PermitCounter, type PermitTerms, priorities, type Waiting } from "../budget/permit.js";
import type { Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import { OwnPermits } from "./own-permits.js";
import type { Presence } from "./presence.js";
import type { RedisClock } from "./redis-clock.js";
import { RemoteBudget, type Synced } from "./remote-budget.js";
import { GarbledReply } from "./script.js";
import { shareOf } from "./share.js";

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
  readonly #remote: RemoteBudget;
  readonly #leaseMs: number;
  readonly #own = new OwnPermits();
  readonly #ids = new WeakMap<Waiting, string>();
  #waiting: readonly Waiting[] = [];
  /** Requests that Redis knows of. */
  #told = new Set<string>();
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
    const { account, service, link, keys, clock, limits, random } = options;
    this.#pace = new Pace(limits, random);
    this.#leaseMs = options.leaseMs ?? usualLeaseMs;
    this.#remote = new RemoteBudget({ account, service, link, keys, clock, leaseMs: this.#leaseMs, heardMs });
    link.onChange({
      joined: () => this.#join(),
      beat: async () => this.#beat(),
      left: () => this.#keepToShare(),
    });
    this.#remote.onMessage({
      paused: () => this.#sync(),
      free: () => {
        if (this.#waiting.length > 0) this.#sync();
      },
    });
  }

  earliest = (now: number, ahead: number): number => this.#pace.earliest(now, ahead);

  get concurrency(): number {
    return this.#pace.concurrency;
  }

  get out(): number {
    return this.#own.size + this.#outElsewhere;
  }

  get pausedUntil(): number {
    return this.#pace.pausedUntil;
  }

  take(now: number): CountedPermit | null {
    if (this.#epoch !== undefined) {
      const [id] = this.#own.granted;
      return id === undefined ? null : this.#permit(id);
    }
    if (this.#own.size >= this.#pace.concurrency || this.out >= this.options.limits.maxConcurrent) return null;
    if (this.#pace.earliest(now, 0) > now) return null;
    return this.#permit(this.#newId());
  }

  wanted(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    if (this.#epoch === undefined) return;
    for (const id of this.#own.granted) this.#release(id);
    const heads = this.#heads();
    const isTold = heads.length === this.#told.size && heads.every((each) => this.#told.has(this.#idOf(each)));
    const opens = heads.length > 0 && !this.#wasOpen && this.#isOpen;
    if (!isTold || opens) this.#sync();
  }

  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  slowDown(now: number, retryAfterMs: number | undefined): void {
    this.#pace.slowDown(now, retryAfterMs);
    if (!this.options.link.isUp) return;
    this.#remote.pause(this.#pace.pausedUntil).then(
      (lessons) => {
        this.#lessons = Math.max(this.#lessons, lessons);
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
    this.#own.releaseAll();
    this.#waiting = [];
    await this.#exchange(this.#epoch).catch((error) => this.#failed(error));
  }

  get #now(): number {
    return this.options.clock.monotonic();
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

  #permit(id: string): CountedPermit {
    this.#own.take(id);
    this.#pace.granted();
    return {
      use: (now) => {
        // It was granted before Redis went away or came back, and counts for nobody now.
        if (!this.#own.has(id)) return false;
        return this.#epoch === undefined ? this.#uses(id, now) : this.#asksToUse(this.#epoch, id);
      },
      release: () => this.#release(id),
    };
  }

  #uses(id: string, at: number): true {
    this.#own.use(id, at);
    this.#pace.used(at);
    return true;
  }

  async #asksToUse(epoch: string, id: string): Promise<boolean> {
    const began = this.#now;
    try {
      const at = await this.#remote.use(epoch, id);
      if (at === null || !this.#own.has(id)) return false;
      if (this.#now - began > longestUseMs) {
        this.#own.unspent(id);
        return false;
      }
      return this.#uses(id, Math.min(this.#now, at));
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #release(id: string): void {
    const state = this.#own.release(id);
    if (state === "taken") this.#pace.returned();
    if (state !== undefined && this.#epoch !== undefined) this.#sync();
  }

  // ------------------------------------------------------------ with Redis

  /** Tells Redis what this replica has used, and counts with it from now on; later, when Redis has lost what the others have used. */
  async #join(): Promise<void> {
    const { link, clock, presence } = this.options;
    clearTimeout(this.#settling);
    const used = this.#own.used(this.#now);
    const { epoch, ageMs } = await this.#remote.join({ epoch: this.#newId(), used, out: this.#own.inUse });
    const leftMs = settlingMs - ageMs;
    if (presence.before > 1 && leftMs > 0) {
      this.#settling = setTimeout(() => {
        if (link.isUp) this.#join().catch((error) => this.#failed(error));
      }, leftMs);
      return;
    }
    this.#pace.restart(
      this.options.limits,
      this.#own.used(this.#now).map(({ at }) => at),
    );
    this.#own.dropUnused();
    this.#since = clock.now() - longestSpanMs;
    this.#own.takeReturned();
    this.#told.clear();
    this.#epoch = epoch;
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
    const { clock } = this.options;
    const now = this.#now;
    const heads = this.#heads();
    const waiting = heads.map((each) => [this.#idOf(each), urgencyOf(each.terms, clock)] as const);
    const ids = new Map(heads.map((each) => [this.#idOf(each), each]));
    const gone = [...this.#told].filter((id) => !ids.has(id));
    const renews = now - this.#renewedAt > this.#leaseMs / 3;
    const told = {
      epoch,
      concurrency: this.#pace.concurrency,
      windows: this.#pace.windows,
      gapMs: this.#pace.gapMs,
      since: this.#since,
      ...this.#own.takeReturned(),
      held: renews ? this.#own.inUse : [],
      gone,
      waiting,
      // The copy here guards against a clock of Redis that was set forward.
      mayGrant: this.#isOpen,
    };
    this.#told = new Set(ids.keys());
    if (renews) this.#renewedAt = now;
    const synced = await this.#remote.sync(told);
    // Redis went away meanwhile.
    if (this.#epoch !== epoch) return;
    if (synced === null) {
      this.#keepToShare();
      await this.#join();
      return;
    }
    this.#takesIn(synced, ids);
    this.#wasOpen = this.#isOpen;
    this.#changed();
    clearTimeout(this.#again);
    if (this.#told.size > 0) this.#again = setTimeout(() => this.#sync(), tellAgainMs);
  }

  #takesIn({ granted, pausedUntil, lessons, out, used, since }: Synced, ids: ReadonlyMap<string, Waiting>): void {
    for (const id of granted) {
      const waiting = ids.get(id);
      if (!waiting) throw new GarbledReply("Redis granted a permit that nobody has asked for.");
      this.#ids.delete(waiting);
      this.#told.delete(id);
      this.#own.grant(id);
    }
    if (lessons > this.#lessons) this.#pace.slowedDownElsewhere(this.#now, pausedUntil);
    this.#lessons = lessons;
    this.#outElsewhere = Math.max(0, out - this.#own.size);
    this.#since = since;
    for (const { id, at } of used) {
      if (!id.startsWith(`${this.options.replica}:`)) this.#pace.usedElsewhere(Math.min(this.#now, at));
    }
  }

  /** Learns what the other replicas have used: the share of this one depends on it. */
  #beat(): void {
    const isInUse = this.#own.size > 0 || this.#pace.begun(this.#now).length > 0;
    if (isInUse || this.#beats++ % idleBeats === 0) this.#sync();
  }

  #failed(error: unknown): void {
    if (error instanceof GarbledReply) this.options.link.distrust(error);
    else if (!(error instanceof RedisAway)) this.options.warn("The shared budget failed", error);
  }

  // ------------------------------------------------------------ without Redis

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
    this.#own.dropUnused();
    const share = shareOf(limits, replicas, this.#pace.begun(this.#now));
    this.#pace.restart(share.limits, share.begun);
    this.#changed();
  }
}
