import { setImmediate } from "node:timers/promises";

/** A metric object as the gateway answers it, with one figure that is the number of its answer. */
export interface Segments {
  __typename: string;
  asOf: string;
  inFlow?: number;
  transfers?: number;
}

/** The moment of an answer. */
export const momentOf = (age: number): string => new Date(Date.UTC(2026, 0, 1) + age * 1000).toISOString();

/** Of one agent's segments, each figure the number of the moment it is of, so that figures of two ages in one object show. */
export function answer(query: string, age: number) {
  const segments: Record<string, unknown> = { __typename: "AgentSegments" };
  if (/\basOf\b/.test(query)) segments.asOf = momentOf(age);
  for (const figure of ["inFlow", "transfers"]) if (query.includes(figure)) segments[figure] = age;
  const agent = { __typename: "Agent", accountId: "north", id: "1", segments };
  return { data: { contactCenter: { __typename: "ContactCenter", accountId: "north", agent } } };
}

/** Whether all that an object holds is of one moment. */
export function isOfOneAge({ asOf, inFlow, transfers }: Segments): boolean {
  return [inFlow, transfers].filter((figure) => figure !== undefined).every((figure) => momentOf(figure) === asOf);
}

/**
 * Resolves when nothing is under way and nothing has been asked for a hundred turns of the event loop; rejects when more than `most` was
 * asked.
 */
export async function quiet(asked: () => number, most: number, underWay: () => number = () => 0): Promise<void> {
  for (let turns = 0, before = asked(); turns < 100; turns++) {
    await setImmediate();
    if (asked() > most) throw new Error(`More than ${most} requests were sent: the queries drive each other.`);
    if (asked() !== before || underWay() > 0) turns = 0;
    before = asked();
  }
}

export const onlyInFlow = "{ contactCenter { accountId agent(id: 1) { accountId id segments { asOf inFlow } } } }";
export const onlyTransfers = "{ contactCenter { accountId agent(id: 1) { accountId id segments { asOf transfers } } } }";
export const bothFigures = "{ contactCenter { accountId agent(id: 1) { accountId id segments { asOf inFlow transfers } } } }";
