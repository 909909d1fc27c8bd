import type { Answer, Line } from "../support/line.js";

/** The key fields of an entity, as a router sends them. */
export type Representation = Readonly<Record<string, unknown>>;

export type Entity = Readonly<Record<string, unknown>> | null;

/** Asks for entities as a router does. `fields`: selected on `type`. */
export const entities = (
  line: Line,
  type: string,
  fields: string,
  representations: readonly unknown[],
): Promise<Answer<{ _entities: Entity[] }>> =>
  line.ask(`query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { ${fields} } } }`, {
    variables: { representations },
  });

/** The simulator's ids of a kind; both accounts have the same. */
export function idsOf(line: Line, type: "Agent" | "Skill" | "AgentGroup", account: string = "north"): string[] {
  const { agents, skills, groups } = line.simulator.truth(account);
  return { Agent: agents, Skill: skills, AgentGroup: groups }[type].map(({ id }) => id);
}

/** Takes one of each list in turn, until all are empty. */
export const interleaved = <T>(...lists: readonly (readonly T[])[]): T[] =>
  Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
