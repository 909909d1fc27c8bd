import { LRUCache } from "lru-cache";
import { directoryKeptMs, type IntervalMetricsReply, type KeyKind, type KeyMetricsReply } from "../upstream/question.js";

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
}

/** What earlier answers told in passing: names, and which accounts have no interval metrics. `now` in epoch ms. */
export interface DirectoryMemory {
  /** The naming seen in the last ten minutes; undefined when there was none. */
  naming(scope: DirectoryScope, kind: NamedKind, id: string, now: number): Naming | undefined;
  learnKeys(scope: DirectoryScope, of: KeyKind, reply: KeyMetricsReply, now: number): void;
  learnIntervals(scope: DirectoryScope, reply: IntervalMetricsReply, now: number): void;
  intervalsAreOff(scope: DirectoryScope, now: number): boolean;
  noteIntervalsOff(scope: DirectoryScope, now: number): void;
}

const kindOfKey: Record<KeyKind, NamedKind> = { skillId: "SKILL", agentGroupId: "AGENT_GROUP" };

/** An empty memory of at most `maxNames` names; the ones unused longest go first. */
export function createDirectoryMemory(maxNames = 100_000): DirectoryMemory {
  const namings = new LRUCache<string, Naming & { asOf: number; until: number }>({ max: maxNames });
  const offUntil = new LRUCache<string, number>({ max: 1_000 });
  const keyOf = ({ account, credential }: DirectoryScope, ...rest: string[]) => JSON.stringify([account, credential, ...rest]);

  /** One request reads the same rows for many fields. */
  const readAt = new WeakMap<object, number>();
  const isRead = (rows: object, now: number): boolean => {
    const known = readAt.get(rows) === now;
    readAt.set(rows, now);
    return known;
  };

  /** Rows of closed days can be a day old: a name from a later answer stands. That there is no name is worth less than any name. */
  const learn = (key: string, naming: Naming, asked: number, now: number) => {
    const known = namings.get(key);
    const asOf = naming.name === null ? Number.NEGATIVE_INFINITY : asked;
    if (!known || known.until <= now || known.asOf <= asOf) namings.set(key, { ...naming, asOf, until: now + directoryKeptMs });
  };

  return {
    naming(scope, kind, id, now) {
      const known = namings.get(keyOf(scope, kind, id));
      return known && known.until > now ? known : undefined;
    },
    learnKeys(scope, of, { rows, asOf }, now) {
      if (isRead(rows, now)) return;
      for (const { id, name } of rows) learn(keyOf(scope, kindOfKey[of], id), { name, login: null }, asOf, now);
    },
    learnIntervals(scope, { rows, asOf }, now) {
      if (isRead(rows, now)) return;
      for (const { ids, skillName, agentGroupName, agentName, agentLogin } of rows) {
        if (ids.SKILL) learn(keyOf(scope, "SKILL", ids.SKILL), { name: skillName, login: null }, asOf, now);
        if (ids.AGENT_GROUP) learn(keyOf(scope, "AGENT_GROUP", ids.AGENT_GROUP), { name: agentGroupName, login: null }, asOf, now);
        if (ids.AGENT) learn(keyOf(scope, "AGENT", ids.AGENT), { name: agentName, login: agentLogin }, asOf, now);
      }
    },
    intervalsAreOff: (scope, now) => (offUntil.get(keyOf(scope)) ?? 0) > now,
    noteIntervalsOff: (scope, now) => void offUntil.set(keyOf(scope), now + directoryKeptMs),
  };
}
