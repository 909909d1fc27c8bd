import { badInput } from "../errors.js";
import { type Cursor, digestsOfPrefixes, encodeCursor } from "./cursor.js";
import { compareKeys } from "./ordering.js";
import type { PageRequest } from "./questions/paging.js";
import type { Page } from "./types/connection.js";

/** A list in its order, as far as it has been read. */
export interface OrderedList<N> {
  nodes: readonly N[];
  /** Unlike for any two nodes. */
  keyOf(node: N): readonly string[];
  /**
   * keys: the order is that of the keys, so a position outlives its node. given: the order of an argument.
   * figures: the order changes with the figures, so a position holds only while the same nodes come before it.
   */
  order: "keys" | "given" | "figures";
  /** Length of the whole list; null when only `nodes` are known. */
  totalCount: number | null;
}

/** The page that was asked for. Throws BAD_USER_INPUT for a cursor whose place in the list is gone. */
export function pageOf<N>({ list, first, after }: PageRequest, ordered: OrderedList<N>): Page<N> {
  const keys = ordered.nodes.map((node) => ordered.keyOf(node));
  const prefixes = ordered.order === "figures" ? digestsOfPrefixes(keys) : [];
  const start = !after ? 0 : ordered.order === "figures" ? unchanged(after, prefixes) : startAfter(after, keys, ordered.order);
  const end = Math.min(start + first, keys.length);
  const edges = ordered.nodes.slice(start, end).map((node, index) => {
    const position = start + index + 1;
    return { node, cursor: encodeCursor({ list, key: keys[position - 1]!, position, before: prefixes[position - 1] ?? null }) };
  });
  return {
    edges,
    hasNextPage: end < (ordered.totalCount ?? keys.length),
    hasPreviousPage: start > 0 && edges.length > 0,
    totalCount: ordered.totalCount,
  };
}

/** The position, if the same nodes as then come before it. */
function unchanged(after: Cursor, prefixes: readonly string[]): number {
  if (prefixes[after.position - 1] === after.before) return after.position;
  throw badInput("after", "a cursor of the list as it is ordered now (the figures have changed: begin again without it)", after.key.join());
}

function startAfter(after: Cursor, keys: readonly (readonly string[])[], order: "keys" | "given"): number {
  if (order === "given") return after.position;
  const next = keys.findIndex((key) => compareKeys(key, after.key) > 0);
  return next < 0 ? keys.length : next;
}
