import { LRUCache } from "lru-cache";
import { minuteMs } from "../time.js";
import type { IntervalMetricsReply, KeyKind, KeyMetricsReply } from "../upstream/question.js";

/** How long names, lists and relations are kept, in ms. */
export const directoryKeptMs = 10 * minuteMs;

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

/** What earlier answers told in passing: names, and which accounts have no interval metrics. */
export interface DirectoryMemory {
  /** The naming seen in the last ten minutes; undefined when there was none. */
  naming(scope: DirectoryScope, kind: NamedKind, id: string, now: number): Naming | undefined;
  learnKeys(scope: DirectoryScope, of: KeyKind, reply: KeyMetricsReply): void;
  learnIntervals(scope: DirectoryScope, reply: IntervalMetricsReply): void;
  intervalsAreOff(scope: DirectoryScope, now: number): boolean;
  noteIntervalsOff(scope: DirectoryScope, now: number): void;
}

const kindOfKey: Record<KeyKind, NamedKind> = { skillId: "SKILL", agentGroupId: "AGENT_GROUP" };

/** An empty memory of at most `maxNames` names; the ones unused longest go first. */
export function createDirectoryMemory(maxNames = 100_000): DirectoryMemory {
  const namings = new LRUCache<string, Naming & { until: number }>({ max: maxNames });
  const offUntil = new LRUCache<string, number>({ max: 1_000 });
  const learnt = new WeakSet<object>();
  const keyOf = ({ account, credential }: DirectoryScope, ...rest: string[]) => JSON.stringify([account, credential, ...rest]);
  const once = (reply: object, learn: () => void) => {
    if (learnt.has(reply)) return;
    learnt.add(reply);
    learn();
  };

  return {
    naming(scope, kind, id, now) {
      const known = namings.get(keyOf(scope, kind, id));
      return known && known.until > now ? known : undefined;
    },
    learnKeys: (scope, of, reply) =>
      once(reply, () => {
        for (const { id, name } of reply.rows)
          namings.set(keyOf(scope, kindOfKey[of], id), { name, login: null, until: reply.asOf + directoryKeptMs });
      }),
    learnIntervals: (scope, reply) =>
      once(reply, () => {
        const until = reply.asOf + directoryKeptMs;
        for (const { ids, skillName, agentGroupName, agentName, agentLogin } of reply.rows) {
          if (ids.SKILL && skillName) namings.set(keyOf(scope, "SKILL", ids.SKILL), { name: skillName, login: null, until });
          if (ids.AGENT_GROUP && agentGroupName)
            namings.set(keyOf(scope, "AGENT_GROUP", ids.AGENT_GROUP), { name: agentGroupName, login: null, until });
          if (ids.AGENT && agentName) namings.set(keyOf(scope, "AGENT", ids.AGENT), { name: agentName, login: agentLogin, until });
        }
      }),
    intervalsAreOff: (scope, now) => (offUntil.get(keyOf(scope)) ?? 0) > now,
    noteIntervalsOff: (scope, now) => void offUntil.set(keyOf(scope), now + directoryKeptMs),
  };
}
