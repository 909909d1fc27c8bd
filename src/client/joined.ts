/** What a cache keeps of an object: its fields, or a reference to an entity. */
export type Stored = Readonly<Record<string, unknown>>;

/** What Apollo Client keeps for a place in the cache. */
export interface Place {
  /** When a metric object last took the place of one with figures that it lacks, by `performance.now()`. */
  replacedAt?: number;
}

/**
 * How long a place keeps a metric object after it took the place of another, milliseconds. Whoever lost figures asks for them again, and is
 * answered well within this time.
 */
const settledMs = 30_000;

/**
 * One metric object of two that were selected from the same field. Of the same moment: all that both hold. Else the one that came last: an
 * object never has figures of two ages. Where it lacks figures of the other, those who show them ask again, and would take its place in
 * turn. So a place that has just changed hands keeps its object: the answer that came last is shown to its own query, and is not stored.
 */
export function joinedMeasured(existing: Stored | undefined, incoming: Stored, { storage: place = {} }: { storage?: Place } = {}): Stored {
  const isSame = existing?.asOf !== undefined && existing.asOf === incoming.asOf;
  if (isSame) return joined(existing, incoming);
  if (existing === undefined || lacksNothingOf(existing, incoming)) return incoming;
  const now = performance.now();
  if (place.replacedAt !== undefined && now - place.replacedAt < settledMs) return existing;
  place.replacedAt = now;
  return incoming;
}

/** Whether the other has every field of the one, at every depth. Lists count as a whole: their rows may be others. */
const lacksNothingOf = (one: Stored, other: Stored): boolean =>
  Object.entries(one).every(
    ([name, value]) => name in other && (!isPart(value) || !isPart(other[name]) || lacksNothingOf(value, other[name])),
  );

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
