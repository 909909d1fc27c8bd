import type { Keys } from "./keys.js";
import type { RedisLink } from "./link.js";
import { numberOf, script } from "./script.js";

/** A replica that was not heard of for so long is gone. */
const heardMs = 5_000;
/** After a connection the other replicas need some time to be heard of again. */
const settlingMs = 5_000;

/** KEYS: replicas. ARGV: this one, for how long. Returns how many there are. */
const beat = script(`redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms(now))
redis.call('ZREMRANGEBYSCORE', KEYS[1], ms(now + ARGV[2] + 1000), '+inf')
redis.call('ZADD', KEYS[1], ms(now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 60000)
return redis.call('ZCARD', KEYS[1])`);

const leave = script("return redis.call('ZREM', KEYS[1], ARGV[1])");

/** How many replicas there are. While Redis is away, how many there were. */
export class Presence {
  #count = 1;
  #before = 1;
  #joinedAt = 0;

  constructor(
    private readonly link: RedisLink,
    private readonly keys: Keys,
    private readonly replica: string,
  ) {
    link.onChange({
      joined: async () => {
        this.#joinedAt = performance.now();
        this.#before = this.#count;
        await this.#beat();
      },
      beat: () => this.#beat(),
    });
  }

  get replicas(): number {
    return this.#count;
  }

  /** How many there were when Redis was lost; one for a replica that has never found it before. */
  get before(): number {
    return this.#before;
  }

  /** The other replicas need not wait until this one is not heard of any more. */
  async leave(): Promise<void> {
    if (!this.link.isUp) return;
    // If it fails, the others do not hear of this replica for a while, and stop counting it then.
    await this.link.run(leave, [this.keys.replicas], [this.replica]).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    const count = numberOf(await this.link.run(beat, [this.keys.replicas], [this.replica, String(heardMs)]));
    const isSettled = performance.now() - this.#joinedAt > settlingMs;
    this.#count = Math.max(1, count, isSettled ? 0 : this.#count);
  }
}
