import { createHash } from "node:crypto";
import type { Asked } from "./asked.js";
import { bad } from "./refusal.js";

/** What a page key says: where the page begins, and whether it is one of those that come empty. */
export interface Place {
  offset: number;
  empty: boolean;
}

const paging = ["pageKey", "limit", "offset"];

/** A page key holds good only with all the parameters of the request that gave it. */
function fingerprint({ parameters }: Asked): string {
  const others = Object.entries(parameters).filter(([name]) => !paging.includes(name));
  return createHash("sha1").update(JSON.stringify(others.sort())).digest("hex").slice(0, 12);
}

const keyOf = (asked: Asked, place: Place): string =>
  Buffer.from(`${place.offset}.${place.empty ? 1 : 0}.${fingerprint(asked)}`).toString("base64url");

/** Where the requested page begins: by page key, or by `offset` in the dialect of the vendor's example. */
export function placeOf(asked: Asked): Place {
  const { pageKey, offset } = asked.parameters;
  if (pageKey === undefined) return { offset: asked.variants.paging === "offsets" ? Number(offset ?? 0) : 0, empty: false };
  const [at = "", empty, print] = Buffer.from(pageKey, "base64url").toString().split(".");
  if (!/^\d+$/.test(at) || print !== fingerprint(asked)) throw bad("Parameter pageKey does not belong to this request.");
  return { offset: Number(at), empty: empty === "1" };
}

function linkTo(asked: Asked, changes: Record<string, string | undefined>): string {
  const [path = ""] = asked.url.split("?");
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...asked.parameters, ...changes })) if (value !== undefined) query.set(name, value);
  return `${path}?${query}`;
}

/** The metadata's `paging`; `next` is null on the last page. */
export function writePaging(asked: Asked, pageSize: number, place: Place, next: Place | null): Record<string, unknown> {
  const { variants, parameters } = asked;
  if (variants.paging === "offsets") {
    const at = (offset: number): string => linkTo(asked, { limit: String(pageSize), offset: String(offset) });
    return {
      limit: pageSize,
      offset: place.offset,
      refs: { current: at(place.offset), ...(next && { next: at(next.offset) }) },
    };
  }
  const nextPageKey = next && keyOf(asked, next);
  return {
    pageSize,
    ...(parameters.pageKey !== undefined && { pageKey: parameters.pageKey }),
    ...(nextPageKey && variants.paging === "keys" && { nextPageKey }),
    refs: {
      first: linkTo(asked, { pageKey: undefined }),
      current: linkTo(asked, {}),
      ...(nextPageKey && { next: linkTo(asked, { pageKey: nextPageKey }) }),
    },
  };
}
