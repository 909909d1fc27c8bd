import { LRUCache } from "lru-cache";
import { minuteMs } from "../../time.js";
import type { SharedSpending, Spending } from "../budget/caller-budget.js";
import { digestOf, type Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import type { Presence } from "./presence.js";
import type { RedisClock } from "./redis-clock.js";
import { GarbledReply, listOf, numberOf, script } from "./script.js";

export interface SharedCallersOptions {
  replica: string;
  link: RedisLink;
  keys: Keys;
  clock: RedisClock;
  presence: Presence;
  warn: (message: string, error?: unknown) => void;
}

const mostCallers = 10_000;
const secondMs = 1_000;

/**
 * What one caller has spent: a hash of "<replica>:<second>" to exchanges. ARGV: replica, exchanges, how many of them must fit, most in a minute.
 * Returns whether they were spent, in which second, and what the other replicas have spent: second and exchanges in turn.
 */
const spend = script(`local second = math.floor(now / 1000)
local total, elsewhere = 0, {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local replica, at = string.match(all[i], '^(.*):(%d+)$')
  local spent = tonumber(all[i + 1])
  if not spent or not at or tonumber(at) < second - 60 or tonumber(at) > second + 1 then
    redis.call('HDEL', KEYS[1], all[i])
  else
    total = total + spent
    if replica ~= ARGV[1] then
      elsewhere[#elsewhere + 1] = at
      elsewhere[#elsewhere + 1] = all[i + 1]
    end
  end
end
if total + ARGV[3] > tonumber(ARGV[4]) then return {0, second, elsewhere} end
redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':' .. second, ARGV[2])
redis.call('PEXPIRE', KEYS[1], 120000)
return {1, second, elsewhere}`);

/** KEYS as above. ARGV: field and exchanges in turn: what this replica has spent in each second. */
const note = script(`for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], 120000)
return 1`);

/** What callers spend over all replicas, in Redis. While it is away each replica keeps to its part. */
export class SharedCallers {
  /** By caller: what this replica has spent in each second of Redis' clock. */
  readonly #own = new LRUCache<string, Map<number, number>>({ max: mostCallers });

  constructor(private readonly options: SharedCallersOptions) {
    options.link.onChange({
      joined: async () => {
        await Promise.all([...this.#own.keys()].map((caller) => this.#note(caller)));
      },
    });
  }

  of = (caller: string): SharedSpending => ({
    most: (perMinute) => (this.options.link.isUp ? perMinute : Math.max(1, Math.floor(perMinute / this.options.presence.replicas))),
    spend: (exchanges, needed, perMinute) => this.#spend(caller, exchanges, needed, perMinute),
  });

  async #spend(caller: string, exchanges: number, needed: number, perMinute: number): Promise<Spending> {
    const { link, keys, clock, replica } = this.options;
    try {
      if (!link.isUp) throw new RedisAway("away");
      const args = [replica, String(exchanges), String(needed), String(perMinute)];
      const [granted, second, others] = listOf(await link.run(spend, [keys.caller(digestOf(caller))], args));
      const isGranted = numberOf(granted) === 1;
      const at = numberOf(second);
      if (isGranted) this.#count(caller, at, exchanges);
      const found = listOf(others);
      const elsewhere = Array.from({ length: found.length / 2 }, (_, index) => ({
        // To the end of its second: never too early.
        at: Math.min(clock.monotonic(), clock.toMonotonic((numberOf(found[2 * index]) + 1) * secondMs)),
        exchanges: numberOf(found[2 * index + 1]),
      }));
      return { isGranted, elsewhere, settle: (really) => this.#settle(caller, at, really - exchanges) };
    } catch (error) {
      if (error instanceof GarbledReply) link.distrust(error);
      else if (!(error instanceof RedisAway)) this.options.warn("The budget of a caller could not be shared", error);
      const at = clock.isSet ? Math.floor(clock.now() / secondMs) : null;
      if (at !== null) this.#count(caller, at, exchanges);
      return { isGranted: true, elsewhere: [], settle: (really) => at !== null && this.#settle(caller, at, really - exchanges) };
    }
  }

  #count(caller: string, second: number, exchanges: number): void {
    const own = this.#own.get(caller) ?? new Map<number, number>();
    own.set(second, (own.get(second) ?? 0) + exchanges);
    for (const other of own.keys()) if (other < second - minuteMs / secondMs) own.delete(other);
    this.#own.set(caller, own);
  }

  #settle(caller: string, second: number, by: number): void {
    if (by === 0) return;
    this.#count(caller, second, by);
    this.#note(caller).catch((error) => {
      if (!(error instanceof RedisAway)) this.options.warn("The budget of a caller could not be shared", error);
    });
  }

  async #note(caller: string): Promise<void> {
    const { link, keys, replica } = this.options;
    const own = [...(this.#own.get(caller) ?? [])].flatMap(([second, exchanges]) => [
      `${replica}:${second}`,
      String(Math.max(0, exchanges)),
    ]);
    if (own.length > 0) await link.run(note, [keys.caller(digestOf(caller))], own);
  }
}
