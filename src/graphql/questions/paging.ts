import { canonical } from "../../upstream/question.js";
import { type Cursor, decodeCursor, digestOf, foreignCursor } from "../cursor.js";
import { checkedNumber } from "./bounds.js";
import type { Parent } from "./parent.js";

export interface PagingArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** Which part of which list a client wants. */
export interface PageRequest {
  /** Digest of the list. */
  list: string;
  first: number;
  after: Cursor | null;
}

export interface PageBounds {
  most: number;
  unlessGiven: number;
}

export const entityPage: PageBounds = { most: 500, unlessGiven: 50 };
export const intervalPage: PageBounds = { most: 5000, unlessGiven: 500 };

/**
 * Binds the page to its list: the field, the parent and every other argument. Throws BAD_USER_INPUT for a page out of bounds
 * and a cursor of another list. Of many parents at once the cursor cannot be told: each resolver checks its own.
 */
export function pageRequest<A extends PagingArguments>(field: string, parent: Parent, args: A, bounds: PageBounds): PageRequest {
  const { first, after, ...rest } = args;
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  const list = digestOf(canonical([field, parent.account, parent.ids, Object.fromEntries(given)]));
  const cursor = typeof after === "string" ? decodeCursor(after) : null;
  if (cursor && parent.ids?.length === 1 && cursor.list !== list) throw foreignCursor(String(after));
  return { list, first: checkedNumber("first", first ?? bounds.unlessGiven, 1, bounds.most), after: cursor };
}
