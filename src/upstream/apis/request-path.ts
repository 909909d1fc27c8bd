import type { Ids } from "../question.js";

export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** A path with its query: parameters in their order, those that are null left out. Commas and colons stay as they are. */
export function requestPath(path: string, parameters: Parameters): string {
  const parts = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [`${name}=${encoded(String(value))}`]));
  return `${path}?${parts.join("&")}`;
}

const encoded = (value: string): string => encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":");

/**
 * Ids as the platform lists them in a query. Throws a TypeError for an empty list: sent, it would mean every id,
 * and a question about nothing makes no call.
 */
export function idList(ids: Ids): string {
  if (ids.length === 0) throw new TypeError("A call needs at least one id or all of them, but its list is empty.");
  return ids === "all" ? ids : ids.join(",");
}
