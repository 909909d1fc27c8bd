import type { Window } from "../../../time.js";
import type { CallContext, ExchangeRequest, ExchangeResponse } from "../../call.js";
import { type AnswerReader, isObject, type Json } from "../platform-form.js";
import type { Position } from "./request.js";

export interface PagesTerms<R> {
  request: (position: Position) => ExchangeRequest;
  exchange: (request: ExchangeRequest) => Promise<ExchangeResponse>;
  /** Null: the entry does not belong to what was asked. */
  readEntry: (entry: unknown) => R | null;
  expects: CallContext["expects"];
  read: CallContext["read"];
  reader: AnswerReader;
}

/** All rows of a window, or the intervals that are done when the platform is still computing others (202). */
export type PagesRead<R> = { rows: readonly R[] } | { done: readonly Window[] };

/** Reads page after page, over empty ones too, until none follows. A page that comes again is UPSTREAM_INVALID_RESPONSE. */
export async function readPages<R>(
  { request, exchange, readEntry, expects, read, reader }: PagesTerms<R>,
  readDone: (body: Json) => Window[],
): Promise<PagesRead<R>> {
  const rows: R[] = [];
  const visited = new Set<string>();
  for (let position: Position = null; ; ) {
    const { status, body } = await exchange(request(position));
    const page = reader.object(body, "the body");
    if (status === 202) {
      read({ rows: 0 });
      return { done: readDone(page) };
    }
    const entries = reader.list(page.intervals, "intervals");
    for (const entry of entries) {
      const row = readEntry(entry);
      if (row !== null) rows.push(row);
    }
    read({ rows: entries.length });
    position = nextPosition(page, reader);
    if (position === null) return { rows };
    const place = JSON.stringify(position);
    if (visited.has(place)) throw reader.invalid("its pages lead back to a page that was read already");
    visited.add(place);
    expects(1);
  }
}

/** The next page key, or what the link to the next page says in its query; the link itself is not followed. */
function nextPosition(page: Json, reader: AnswerReader): Position {
  const { paging } = reader.map(page.metadata, "metadata");
  if (!isObject(paging)) return null;
  const pageKey = reader.id(paging.nextPageKey, "nextPageKey");
  if (pageKey !== null) return { pageKey };
  const { next } = reader.map(paging.refs, "refs");
  if (next === undefined || next === null || next === "") return null;
  const query = new URLSearchParams(String(next).split("?")[1]);
  for (const name of ["pageKey", "offset"] as const) {
    const value = query.get(name);
    if (value) return name === "pageKey" ? { pageKey: value } : { offset: value };
  }
  throw reader.invalid("the link to its next page names neither page key nor offset");
}
