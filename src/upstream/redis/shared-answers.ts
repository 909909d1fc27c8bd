import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type AnswerStore, slotOf } from "../answers.js";
import type { AnswerRecord } from "../apis/descriptor.js";
import { apiByName, apis } from "../apis/registry.js";
import { mostScopes } from "../plan.js";
import { askedAt, decoded, encoded } from "./answer-codec.js";
import { digestOf, type Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import type { RedisClock } from "./redis-clock.js";
import { bytesOf, GarbledReply, listOf, script, textOf } from "./script.js";

export interface SharedAnswersOptions {
  local: AnswerStore;
  link: RedisLink;
  keys: Keys;
  clock: RedisClock;
  warn: (message: string, error?: unknown) => void;
}

/** Answers kept of one scope. Beyond them the one that was asked for longest ago goes. */
const mostSlots = 64;
/** A larger answer is kept by the replica that asked for it alone. */
const mostBytes = 16 * 1_048_576;

/**
 * A version is "<asked at> <keep until>", Redis' time in ms. KEYS: answers, versions of the scope. ARGV: slot, version, answer, channel,
 * message, most slots.
 */
const put = script(`local function read(version)
  local asked, keep = string.match(version or '', '^(%S+) (%S+)$')
  return tonumber(asked), tonumber(keep)
end
local asked = read(ARGV[2])
local known = read(redis.call('HGET', KEYS[2], ARGV[1]))
if known and known > asked then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local all = redis.call('HGETALL', KEYS[2])
local last, count, oldest, oldestAsked = 0, 0, nil, nil
for i = 1, #all, 2 do
  local asked, keep = read(all[i + 1])
  if not keep or keep <= now then
    redis.call('HDEL', KEYS[1], all[i])
    redis.call('HDEL', KEYS[2], all[i])
  else
    count = count + 1
    last = math.max(last, keep)
    if not oldestAsked or asked < oldestAsked then oldest, oldestAsked = all[i], asked end
  end
end
if count > tonumber(ARGV[6]) then
  redis.call('HDEL', KEYS[1], oldest)
  redis.call('HDEL', KEYS[2], oldest)
end
last = string.format('%.0f', math.max(last, now + 1))
redis.call('PEXPIREAT', KEYS[1], last)
redis.call('PEXPIREAT', KEYS[2], last)
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1`);

/** KEYS as above. ARGV: slot and version of each answer that is known. Returns slot, version and answer of the others. */
const read = script(`local known = {}
for i = 1, #ARGV, 2 do known[ARGV[i]] = ARGV[i + 1] end
local all = redis.call('HGETALL', KEYS[2])
local found = {}
for i = 1, #all, 2 do
  local keep = tonumber(string.match(all[i + 1], ' (%S+)$'))
  if keep and keep > now and known[all[i]] ~= all[i + 1] then
    local answer = redis.call('HGET', KEYS[1], all[i])
    if answer then
      found[#found + 1] = all[i]
      found[#found + 1] = all[i + 1]
      found[#found + 1] = answer
    end
  end
end
return found`);

const drop = script(`redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('HDEL', KEYS[2], ARGV[1])`);

const version = z
  .string()
  .regex(/^\d+(\.\d+)? \d+(\.\d+)?$/)
  .transform((text) => text.split(" ").map(Number) as [askedAt: number, keepUntil: number]);

/** What this replica knows of a scope in Redis. */
interface Known {
  readonly digest: string;
  /** The versions that were read or written here, by slot, whether they are still in memory or not. */
  readonly seen: Map<string, string>;
  /** Grows with each message that something in the scope is new. */
  changes: number;
  /** `changes` and the subscription when it was read last. */
  readAt: { changes: number; subscription: number } | null;
  reading: Promise<void> | null;
}

/**
 * Answers of all replicas: those in this process's memory in front, Redis behind them. A scope is read from Redis when it is asked
 * for the first time, and again after another replica has told that an answer came. What is asked again meanwhile is found in memory.
 */
export class SharedAnswers implements AnswerStore {
  readonly #scopes = new LRUCache<string, Known>({ max: mostScopes, dispose: ({ digest }) => this.#byDigest.delete(digest) });
  readonly #byDigest = new Map<string, Known>();
  /** Resolves when an answer of this process is in Redis, with its version; null when it is not. */
  readonly #sharing = new WeakMap<AnswerRecord, Promise<string | null>>();
  readonly #takers: ((scope: string, record: AnswerRecord) => void)[] = [];
  readonly #versions = new WeakMap<AnswerRecord, { slot: string; version: string }>();
  #subscription = 0;

  constructor(private readonly options: SharedAnswersOptions) {
    const { link, keys } = options;
    link.on(keys.answersChannel, (digest) => {
      const known = this.#byDigest.get(digest);
      if (known) known.changes++;
    });
    // Messages may have been lost: all is read again when it is asked for.
    link.onChange({
      joined: async () => {
        this.#subscription++;
      },
    });
  }

  async get(scope: string): Promise<readonly AnswerRecord[]> {
    const { link, local } = this.options;
    if (link.isUp) {
      const known = this.#known(scope);
      if (known.readAt?.changes !== known.changes || known.readAt.subscription !== this.#subscription) {
        known.reading ??= this.#read(scope, known).finally(() => {
          known.reading = null;
        });
        await known.reading;
      }
    }
    return local.get(scope);
  }

  async put(scope: string, slot: string, record: AnswerRecord, keepMs: number): Promise<void> {
    await this.options.local.put(scope, slot, record, keepMs);
    if (!this.options.link.isUp) return;
    // Whoever waits for the answer does not wait for Redis.
    const later = new Promise((resolve) => setImmediate(resolve));
    this.#sharing.set(
      record,
      later.then(() => this.#share(scope, slot, record, keepMs)),
    );
  }

  onTaken(taker: (scope: string, record: AnswerRecord) => void): void {
    this.#takers.push(taker);
  }

  /** Resolves when the answer is in Redis, with its version; null when it is not. */
  shared = (record: AnswerRecord): Promise<string | null> => this.#sharing.get(record) ?? Promise.resolve(null);

  /** Slot and version of the answers of the scope that this process has seen. */
  seen = (scope: string): readonly (readonly [slot: string, version: string])[] => [...(this.#scopes.get(scope)?.seen ?? [])];

  /** There is something in the scope that this process has not seen. */
  changed(scope: string): void {
    this.#known(scope).changes++;
  }

  /** The answer of this version. */
  async find(scope: string, version: string): Promise<AnswerRecord | undefined> {
    this.changed(scope);
    return (await this.get(scope)).find((record) => this.#versions.get(record)?.version === version);
  }

  #known(scope: string): Known {
    const found = this.#scopes.get(scope);
    if (found) return found;
    const known: Known = { digest: digestOf(scope), seen: new Map(), changes: 0, readAt: null, reading: null };
    this.#scopes.set(scope, known);
    this.#byDigest.set(known.digest, known);
    return known;
  }

  async #share(scope: string, slot: string, record: AnswerRecord, keepMs: number): Promise<string | null> {
    const { link, keys, clock } = this.options;
    const { digest, seen } = this.#known(scope);
    try {
      if (!link.isUp) return null;
      const keepUntil = clock.now() + keepMs;
      const bytes = encoded(apiByName[record.call.api], { scope, slot, record, keepUntil }, clock);
      if (bytes.length > mostBytes) return null;
      const known = { slot: digestOf(slot), version: `${askedAt(record, clock).toFixed(3)} ${keepUntil.toFixed(0)}` };
      this.#versions.set(record, known);
      sees(seen, known.slot, known.version);
      const args = [known.slot, known.version, bytes, keys.answersChannel, digest, String(mostSlots)];
      await link.run(put, [keys.answers(digest), keys.versions(digest)], args);
      return known.version;
    } catch (error) {
      this.#failed("An answer could not be shared", error);
      return null;
    }
  }

  async #read(scope: string, known: Known): Promise<void> {
    const { link, keys, local } = this.options;
    const readAt = { changes: known.changes, subscription: this.#subscription };
    try {
      const records = await local.get(scope);
      const versions = records.flatMap((record) => this.#versions.get(record) ?? []);
      const args = versions.flatMap((each) => [each.slot, each.version]);
      const its = [keys.answers(known.digest), keys.versions(known.digest)];
      const reply = listOf(await link.run(read, its, args));
      for (let at = 0; at < reply.length; at += 3) {
        const slot = textOf(reply[at]);
        if (!(await this.#take(scope, slot, textOf(reply[at + 1]), bytesOf(reply[at + 2])))) await link.run(drop, its, [slot]);
      }
      known.readAt = readAt;
    } catch (error) {
      this.#failed("Shared answers could not be read", error instanceof GarbledReply ? link.distrust(error) : error);
    }
  }

  /** Keeps an answer of another replica in memory. False for one that no gateway of this release can have written. */
  async #take(scope: string, slotDigest: string, versionText: string, bytes: Buffer): Promise<boolean> {
    const { clock, local, warn } = this.options;
    const { seen } = this.#known(scope);
    try {
      version.parse(versionText);
      const api = apis.find(({ name }) => name === JSON.parse(scope)[0])!;
      const answer = decoded(api, bytes, clock);
      if (answer.scope !== scope || digestOf(answer.slot) !== slotDigest || slotOf(api, answer.record) !== answer.slot) {
        throw new Error("It is the answer to something else.");
      }
      this.#versions.set(answer.record, { slot: slotDigest, version: versionText });
      sees(seen, slotDigest, versionText);
      await local.put(scope, answer.slot, answer.record, answer.keepUntil - clock.now());
      for (const taker of this.#takers) taker(scope, answer.record);
      return true;
    } catch (error) {
      warn("An answer in Redis is not well formed, and was removed", error);
      return false;
    }
  }

  #failed(message: string, error: unknown): void {
    // The link says once that Redis is away.
    if (!(error instanceof RedisAway)) this.options.warn(message, error);
  }
}

/** The latest come last; of more than Redis keeps, the first go. */
function sees(seen: Map<string, string>, slot: string, version: string): void {
  seen.delete(slot);
  seen.set(slot, version);
  for (const other of seen.keys()) if (seen.size > 2 * mostSlots) seen.delete(other);
}
