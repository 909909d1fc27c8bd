import { badInput } from "../errors.js";
import { digestOf, encodeCursor } from "./cursor.js";
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
  const start = after ? startAfter(after, keys, ordered.order) : 0;
  const end = Math.min(start + first, keys.length);
  const edges = ordered.nodes.slice(start, end).map((node, index) => {
    const position = start + index + 1;
    const before = ordered.order === "figures" ? digestOfSet(keys.slice(0, position)) : null;
    return { node, cursor: encodeCursor({ list, key: keys[position - 1]!, position, before }) };
  });
  return {
    edges,
    hasNextPage: end < (ordered.totalCount ?? keys.length),
    hasPreviousPage: start > 0 && edges.length > 0,
    totalCount: ordered.totalCount,
  };
}

function startAfter(
  after: NonNullable<PageRequest["after"]>,
  keys: readonly (readonly string[])[],
  order: OrderedList<never>["order"],
): number {
  if (order === "figures") {
    if (after.position <= keys.length && digestOfSet(keys.slice(0, after.position)) === after.before) return after.position;
    throw badInput(
      "after",
      "a cursor of the list as it is ordered now (the figures have changed: begin again without it)",
      after.key.join(),
    );
  }
  if (order === "given") return after.position;
  const next = keys.findIndex((key) => compareKeys(key, after.key) > 0);
  return next < 0 ? keys.length : next;
}

const digestOfSet = (keys: readonly (readonly string[])[]): string => digestOf(JSON.stringify([...keys].sort(compareKeys)));
