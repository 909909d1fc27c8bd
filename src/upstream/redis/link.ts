import { createClient, RESP_TYPES } from "@redis/client";
import type { RedisClock } from "./redis-clock.js";
import { GarbledReply, listOf, numberOf, type Reply, type Script, script } from "./script.js";

export interface LinkOptions {
  /** redis:// or rediss://, with the credentials. */
  url: string;
  /** The name of a key that a write is tried with. */
  probeKey: string;
  clock: RedisClock;
  random: () => number;
  /** Told when Redis goes away, with the reason, and when it is back. */
  tell: (message: string) => void;
  /** Told how long each command took, ms. */
  answered?: (ms: number) => void;
}

/** Redis cannot be used now. */
export class RedisAway extends Error {
  override readonly name = "RedisAway";
}

type Client = ReturnType<typeof connection>;

const connectMs = 2_000;
/** A command that takes longer: Redis is away. */
const longestCommandMs = 250;
/** Time is measured in turns of this length: see `within`. */
const turnMs = 25;
/** A command that takes so many turns is slow. */
const slowTurns = 2;
/** When most of the last samples were slow, Redis is too slow to be of use. The commands of a moment are one sample. */
const samples = 10;
const mostSlow = 7;
const sampleMs = 250;
/** So many probes in a row have to be quick before Redis is used. */
const probes = 3;
const heartbeatMs = 1_000;
const firstPauseMs = 100;
const longestPauseMs = 1_000;

const tooSlow = "it is too slow";

const probe = script(`redis.call('SET', KEYS[1], '1', 'PX', 10000)
return {ms(now)}`);

/**
 * The connection to Redis. Redis is either of use or away: a broken connection, an error, a command that takes too long and an answer that
 * cannot be are the same to all who use it. While it is away the link connects again and again, and tries a write before it calls
 * Redis back.
 */
export class RedisLink {
  readonly #listeners = new Map<string, (message: string) => void>();
  readonly #joining: (() => Promise<void>)[] = [];
  readonly #beats: (() => Promise<void>)[] = [];
  readonly #leaving: (() => void)[] = [];
  #client: Client | undefined;
  #isUp = false;
  #reason = "it has not answered yet";
  #end: (reason: unknown) => void = () => undefined;
  #wakeUp: () => void = () => undefined;
  #closed = false;
  #kept: Promise<void> = Promise.resolve();
  #hasTold = false;
  #sampledAt = 0;
  #slow: boolean[] = [];

  constructor(private readonly options: LinkOptions) {}

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why Redis is away; null when it is not. */
  get trouble(): string | null {
    return this.#isUp ? null : this.#reason;
  }

  /** To be called before `start`: the messages of a channel. Some may be lost. */
  on(channel: string, listener: (message: string) => void): void {
    this.#listeners.set(channel, listener);
  }

  /** To be called before `start`. `joined`: awaited after each connection, before anybody else uses it. */
  onChange({ joined, beat, left }: { joined?: () => Promise<void>; beat?: () => Promise<void>; left?: () => void }): void {
    if (joined) this.#joining.push(joined);
    if (beat) this.#beats.push(beat);
    if (left) this.#leaving.push(left);
  }

  /** Connects until `close`. Resolves when the first try has ended, however it ended. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#kept = this.#keep(resolve);
    });
  }

  /** Rejects with RedisAway. A script that was begun may have run all the same. */
  async run(ran: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<Reply> {
    if (!this.#client) throw new RedisAway(this.#reason);
    return (await this.#run(this.#client, ran, keys, args)).reply;
  }

  /** Something that was read cannot be: whoever wrote it is not one of us. */
  distrust(error: GarbledReply): RedisAway {
    this.#end(error);
    return new RedisAway(error.message);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end(new Error("the gateway is stopping"));
    this.#wakeUp();
    await this.#kept;
  }

  async #keep(tried: () => void): Promise<void> {
    for (let pauseMs = firstPauseMs; !this.#closed; ) {
      const wasUp = await this.#connection(tried);
      tried();
      if (this.#closed) return;
      pauseMs = wasUp ? firstPauseMs : Math.min(longestPauseMs, 2 * pauseMs);
      await this.#pause(pauseMs * (0.5 + this.options.random() / 2));
    }
  }

  /** One connection, from its beginning to its end. True when Redis was of use through it. */
  async #connection(up: () => void): Promise<boolean> {
    const client = connection(this.options.url);
    const subscriber = client.duplicate();
    let isOver = false;
    let beats: NodeJS.Timeout | undefined;
    const ended = new Promise<never>((_, reject) => {
      this.#end = reject;
      for (const each of [client, subscriber]) each.on("error", reject);
    });
    // Each step that races with it sees the rejection. Between steps nobody does, which is no unhandled error.
    ended.catch(() => undefined);
    const unlessEnded = <T>(work: Promise<T>): Promise<T> => Promise.race([work, ended]);
    let wasUp = false;
    try {
      await unlessEnded(within(connectMs, Promise.all([client.connect(), subscriber.connect()]), "it takes no connection"));
      this.#slow = [];
      for (let tries = 0; tries < probes; tries++) {
        if ((await this.#probe(client)) >= slowTurns) throw new RedisAway(tooSlow);
      }
      for (const [channel, listener] of this.#listeners) {
        await unlessEnded(
          within(
            longestCommandMs,
            subscriber.subscribe(channel, (message) => listener(message)),
            tooSlow,
          ),
        );
      }
      this.#client = client;
      for (const joined of this.#joining) await unlessEnded(joined());
      wasUp = true;
      this.#isUp = true;
      if (this.#hasTold) this.options.tell("Redis is back: answers and limits are shared again.");
      this.#hasTold = false;
      up();
      const beat = async () => {
        try {
          await this.#probe(client);
          for (const each of this.#beats) await each();
        } catch (error) {
          this.#end(error);
        }
        if (!isOver) beats = setTimeout(beat, heartbeatMs);
      };
      beats = setTimeout(beat, heartbeatMs);
      await ended;
    } catch (error) {
      this.#reason = reasonOf(error);
    } finally {
      isOver = true;
      clearTimeout(beats);
      this.#isUp = false;
      this.#client = undefined;
      destroy(client);
      destroy(subscriber);
      if (wasUp) for (const left of this.#leaving) left();
    }
    if (!this.#closed && !this.#hasTold) {
      this.#hasTold = true;
      this.options.tell(
        `Redis is away: ${this.#reason}. Each replica serves from its own memory and keeps within its share of the limits.`,
      );
    }
    return wasUp;
  }

  /** A write, and Redis' time. Resolves with the turns that it took. */
  async #probe(client: Client): Promise<number> {
    const sentAt = this.options.clock.monotonic();
    const { reply, turns } = await this.#run(client, probe, [this.options.probeKey], []);
    this.options.clock.learn(numberOf(listOf(reply)[0]), sentAt);
    return turns;
  }

  async #run(
    client: Client,
    ran: Script,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<{ readonly reply: Reply; readonly turns: number }> {
    let turns = 0;
    const begun = performance.now();
    const sent = (command: string, code: string) => {
      const work = client.sendCommand([command, code, String(keys.length), ...keys, ...args], asBuffers);
      return within(longestCommandMs, work as unknown as Promise<Reply>, tooSlow, () => turns++);
    };
    try {
      const reply = await sent("EVALSHA", ran.sha1).catch(async (error) => {
        // A key of ours that holds something else than we write is none of ours.
        if (says(error, "WRONGTYPE")) await within(longestCommandMs, client.unlink([...keys]), tooSlow);
        else if (!says(error, "NOSCRIPT")) throw error;
        return sent("EVAL", ran.source);
      });
      this.options.answered?.(performance.now() - begun);
      this.#judge(turns >= slowTurns);
      return { reply, turns };
    } catch (error) {
      this.#end(error);
      throw new RedisAway(reasonOf(error));
    }
  }

  #judge(isSlow: boolean): void {
    const now = performance.now();
    if (now - this.#sampledAt < sampleMs) return;
    this.#sampledAt = now;
    this.#slow = [...this.#slow, isSlow].slice(-samples);
    if (this.#slow.filter(Boolean).length > mostSlow) throw new RedisAway(tooSlow);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** One connection that is not repaired: when it breaks the link makes another. */
const connection = (url: string) =>
  createClient({
    url,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: "disabled",
    socket: { connectTimeout: connectMs, reconnectStrategy: false },
  });

const asBuffers = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } as const;

function destroy(client: Client): void {
  if (client.isOpen) client.destroy();
}

/**
 * Rejects after so long. It is measured in short turns: in a process that was busy or stopped meanwhile the answer may have come and not been
 * read, so that such a time counts as one turn.
 */
function within<T>(ms: number, work: Promise<T>, orElse: string, turned: () => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let leftMs = ms;
    const turn = () => {
      turned();
      leftMs -= turnMs;
      if (leftMs > 0) timer = setTimeout(turn, turnMs);
      else reject(new RedisAway(orElse));
    };
    let timer = setTimeout(turn, turnMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const says = (error: unknown, word: string): boolean => error instanceof Error && error.message.includes(word);

/** In plain words and without anything from the URL but what the system says of it. */
function reasonOf(error: unknown): string {
  if (error instanceof RedisAway || error instanceof GarbledReply) return error.message.replace(/\.$/, "");
  if (error instanceof Error) return ("code" in error && typeof error.code === "string" && error.code) || error.message || error.name;
  return String(error);
}
