import { createHash } from "node:crypto";

/** Version of the budget's keys: replicas of different releases share them, so that it changes only when their meaning does. */
const protocol = "1";

/** 128 bits of a SHA-256: equal for equal texts alone. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 22);

/**
 * The names of all keys and channels. What stands between braces decides where a Redis cluster keeps a key, so that the keys of one
 * script lie together.
 */
export class Keys {
  /** `release`: answers are shared by replicas of the same release only, because another may write them in another form. */
  constructor(
    private readonly prefix: string,
    private readonly release: string,
  ) {}

  get replicas(): string {
    return `${this.prefix}:${protocol}:replicas`;
  }

  get probe(): string {
    return `${this.prefix}:${protocol}:probe`;
  }

  /** What the permits of one service of an account are counted in. */
  budget(account: string, service: string): { state: string; log: string; out: string; unused: string; waiting: string; heard: string } {
    const key = (name: string) => `${this.prefix}:${protocol}:{${account}}:${service}:${name}`;
    return {
      state: key("state"),
      log: key("log"),
      out: key("out"),
      unused: key("unused"),
      waiting: key("waiting"),
      heard: key("heard"),
    };
  }

  /** What a caller has spent in the last minute. */
  caller(digest: string): string {
    return `${this.prefix}:${protocol}:{${digest}}:caller`;
  }

  /** Tells that a permit may be had, or that the platform has refused calls: the account and the service. */
  get budgetChannel(): string {
    return `${this.prefix}:${protocol}:budget`;
  }

  /** Tells that a circuit has opened or closed. */
  get circuitsChannel(): string {
    return `${this.prefix}:${protocol}:circuits`;
  }

  answers(scopeDigest: string): string {
    return `${this.prefix}:${this.release}:{${scopeDigest}}:answers`;
  }

  versions(scopeDigest: string): string {
    return `${this.prefix}:${this.release}:{${scopeDigest}}:versions`;
  }

  /** The calls that are made in a scope, and what each asks. */
  calls(scopeDigest: string): { calls: string; asks: string } {
    const key = (name: string) => `${this.prefix}:${this.release}:{${scopeDigest}}:${name}`;
    return { calls: key("calls"), asks: key("asks") };
  }

  /** Tells what happens to calls. */
  get callsChannel(): string {
    return `${this.prefix}:${this.release}:calls`;
  }

  /** Tells that an answer was stored: the digest of its scope. */
  get answersChannel(): string {
    return `${this.prefix}:${this.release}:answers`;
  }
}
