import { createHash } from "node:crypto";
import { z } from "zod";
import { badInput } from "../errors.js";

/** A position in one list, as a client carries it from page to page. */
export interface Cursor {
  /** Digest of the list: its field, its parent and its arguments. */
  list: string;
  /** Key of the last node before the position. */
  key: readonly string[];
  /** How many nodes come before the position. */
  position: number;
  /** Digest of the keys before the position, of a list whose order changes with its figures; null of every other list. */
  before: string | null;
}

const shape = z.tuple([z.string(), z.array(z.string()).min(1), z.int().min(1), z.string().nullable()]);

export const encodeCursor = ({ list, key, position, before }: Cursor): string =>
  Buffer.from(JSON.stringify([list, key, position, before])).toString("base64url");

/** Throws BAD_USER_INPUT for what no list of the gateway has given out. */
export function decodeCursor(text: string): Cursor {
  const parsed = shape.safeParse(jsonOf(text));
  if (!parsed.success) throw foreignCursor(text);
  const [list, key, position, before] = parsed.data;
  return { list, key, position, before };
}

export const foreignCursor = (text: string) => badInput("after", "a cursor of this list with these arguments", text);

/** Short digest of a text; equal texts have equal digests. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

/** Digests of the sets of the first one, two, … keys: independent of the order within, and as cheap as one look at each key. */
export function digestsOfPrefixes(keys: readonly (readonly string[])[]): string[] {
  let sum = 0n;
  return keys.map((key) => {
    sum = BigInt.asUintN(64, sum + createHash("sha256").update(JSON.stringify(key)).digest().readBigUInt64BE());
    return sum.toString(36);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    // Not JSON: a text that the gateway never gave out. The shape refuses it.
    return undefined;
  }
}
