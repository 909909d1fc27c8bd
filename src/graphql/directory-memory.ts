import { LRUCache } from "lru-cache";
import {
  type ApiName,
  directoryKeptMs,
  type IntervalMetricsReply,
  type IntervalRow,
  type KeyKind,
  type KeyMetricsReply,
  type Question,
  type ReplyByApi,
} from "../upstream/question.js";

export interface DirectoryScope {
  account: string;
  credential: string;
}

export type NamedKind = "SKILL" | "AGENT_GROUP" | "AGENT";

export interface Naming {
  /** Null when the platform knows none. */
  name: string | null;
  /** Of agents; null for everything else. */
  login: string | null;
  /** Epoch ms at which the platform was asked. */
  asOf: number;
}

/** A naming until it is forgotten; epoch ms. */
export interface RememberedNaming extends Naming {
  until: number;
}

/**
 * What earlier answers said in passing: names, and which accounts have no interval metrics. Both are forgotten ten minutes after the
 * platform was asked, however often the answer is read in between. `now` in epoch ms.
 */
export interface DirectoryMemory {
  /** Undefined when no naming is remembered. */
  naming(scope: DirectoryScope, kind: NamedKind, id: string, now: number): RememberedNaming | undefined;
  /** Remembers the names in a reply. A row is read once: a reply that is read again costs nothing. */
  learn(question: Question, reply: ReplyByApi[ApiName], now: number): void;
  /** Remembers what the directory answered for one id, also that it knows no name. */
  remember(scope: DirectoryScope, kind: NamedKind, id: string, naming: Naming): void;
  /** The moment at which it is forgotten that the account has no interval metrics; null when that is not known. */
  intervalsOffUntil(scope: DirectoryScope, now: number): number | null;
  /** Returns the moment at which it is forgotten. */
  noteIntervalsOff(scope: DirectoryScope, now: number): number;
}

const namedKinds = ["SKILL", "AGENT_GROUP", "AGENT"] as const satisfies NamedKind[];
/** The kind of entity that a key of the key metrics names. */
export const kindOfKey = { skillId: "SKILL", agentGroupId: "AGENT_GROUP" } as const satisfies Record<KeyKind, NamedKind>;

/** Until the moment; not when it lies further ahead than anything is kept, because then the clock was set back. */
const holds = (until: number, now: number): boolean => until > now && until - now <= 2 * directoryKeptMs;

/** What a row says of the entity that it is grouped by. */
export function namingIn(row: IntervalRow, kind: NamedKind, asOf: number): Naming {
  if (kind === "AGENT") return { name: row.agentName, login: row.agentLogin, asOf };
  return { name: kind === "SKILL" ? row.skillName : row.agentGroupName, login: null, asOf };
}

/** An empty memory of at most `maxNames` names; the ones learnt longest ago go first. */
export function createDirectoryMemory(maxNames = 100_000): DirectoryMemory {
  const namings = new LRUCache<string, RememberedNaming>({ max: maxNames });
  const offUntil = new LRUCache<string, number>({ max: 1_000 });
  const learnt = new WeakSet<object>();
  const keyOf = ({ account, credential }: DirectoryScope, kind: NamedKind, id: string) => `${account}\n${credential}\n${kind}\n${id}`;
  const accountKey = ({ account, credential }: DirectoryScope) => `${account}\n${credential}`;

  /** A name of a later answer stands. That there is no name is worth less than any name that still holds. */
  const remember: DirectoryMemory["remember"] = (scope, kind, id, naming) => {
    const key = keyOf(scope, kind, id);
    const known = namings.get(key);
    const isNamed = naming.name !== null;
    const isLater = !known || known.asOf <= naming.asOf;
    const wins = !known || known.until <= naming.asOf || (known.name === null ? isNamed || isLater : isNamed && isLater);
    if (wins) namings.set(key, { ...naming, until: naming.asOf + directoryKeptMs });
  };

  /** True once for each object. */
  const isNew = (part: object): boolean => !learnt.has(part) && Boolean(learnt.add(part));

  const learnKeys = (scope: DirectoryScope, kind: NamedKind, reply: KeyMetricsReply) => {
    if (!isNew(reply)) return;
    for (const { id, name } of reply.rows) remember(scope, kind, id, { name, login: null, asOf: reply.asOf });
  };

  /** Replies are put together from stored rows, so that each row is read once too. */
  const learnIntervals = (scope: DirectoryScope, reply: IntervalMetricsReply) => {
    if (!isNew(reply)) return;
    for (const row of reply.rows.filter(isNew)) {
      for (const kind of namedKinds) {
        const id = row.ids[kind];
        if (id !== undefined) remember(scope, kind, id, namingIn(row, kind, reply.asOf));
      }
    }
  };

  return {
    naming(scope, kind, id, now) {
      const known = namings.peek(keyOf(scope, kind, id));
      return known && holds(known.until, now) ? known : undefined;
    },
    learn(question, reply, now) {
      if (reply.asOf + directoryKeptMs <= now) return;
      if (question.api === "key-metrics" && question.of !== "total") learnKeys(question, kindOfKey[question.of], reply as KeyMetricsReply);
      if (question.api === "interval-metrics") learnIntervals(question, reply as IntervalMetricsReply);
    },
    remember,
    intervalsOffUntil(scope, now) {
      const until = offUntil.get(accountKey(scope)) ?? 0;
      return holds(until, now) ? until : null;
    },
    noteIntervalsOff(scope, now) {
      const until = now + directoryKeptMs;
      offUntil.set(accountKey(scope), until);
      return until;
    },
  };
}
