/** What a cache keeps of an object: its fields, or a reference to an entity. */
export type Stored = Readonly<Record<string, unknown>>;

/**
 * One metric object of two that were selected from the same field. Of the same moment: all that both hold. Else, and where one does not say
 * of which moment it is, the one that came last: an object never has figures of two ages.
 */
export function joinedMeasured(existing: Stored | undefined, incoming: Stored): Stored {
  const isSame = existing?.asOf !== undefined && existing.asOf === incoming.asOf;
  return isSame ? joined(existing, incoming) : incoming;
}

/** One page of a list of two: all that both hold where they list the same and are not of two moments, else the one that came last. */
export function joinedConnection(existing: Stored | undefined, incoming: Stored): Stored {
  if (existing?.asOf !== undefined && incoming.asOf !== undefined && existing.asOf !== incoming.asOf) return incoming;
  const lists = ["nodes", "edges"].filter((name) => existing?.[name] !== undefined && incoming[name] !== undefined);
  const isSame = lists.length > 0 && lists.every((name) => isEqual(existing?.[name], incoming[name]));
  return existing !== undefined && isSame ? { ...existing, ...incoming } : incoming;
}

/** A contact centre of two that were found in the same place and are not normalised: all that both hold. */
export const joinedPlace = (existing: Stored | undefined, incoming: Stored): Stored =>
  isPart(existing) && isPart(incoming) ? { ...existing, ...incoming } : incoming;

/** Two selections of one object of one answer. Lists of one answer have the same rows in the same order. */
function joined(existing: Stored, incoming: Stored): Stored {
  const both = Object.entries(incoming).map(([name, value]) => [name, joinedValue(existing[name], value)]);
  return { ...existing, ...Object.fromEntries(both) };
}

function joinedValue(existing: unknown, incoming: unknown): unknown {
  if (Array.isArray(existing) && Array.isArray(incoming) && existing.length === incoming.length)
    return incoming.map((value, index) => joinedValue(existing[index], value));
  return isPart(existing) && isPart(incoming) ? joined(existing, incoming) : incoming;
}

const isPart = (value: unknown): value is Stored =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "__ref");

const isEqual = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
