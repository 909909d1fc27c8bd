import { keyMetricsByTime, keyMetricsCurrent } from "../../../catalogue/key-metrics.js";
import type { Fetch, KeyMetricsCall } from "../../call.js";
import type { KeyMetricsReply, KeyMetricsRow } from "../../question.js";
import { AnswerReader, isObject, type Json } from "../answer-reader.js";
import { keyMetricsRequest, pageKeys, windowAt } from "./request.js";

type Total = KeyMetricsReply["total"];

interface Page {
  rows: readonly KeyMetricsRow[];
  count: number;
  total: Total;
}

/**
 * All pages of keys that the call takes, by offset; the platform's own links are never followed. Every key comes once, in
 * the order first seen. The list lives: when keys moved between pages while it was read to its end, it is read once more
 * from its beginning, and the keys of both readings are given.
 */
export const fetchKeyMetrics: Fetch<"key-metrics"> = async (call, { account, exchange, read, now }) => {
  const reader = new AnswerReader("KEY_METRICS", account);
  const window = windowAt(now(), call.window);
  const wanted = call.take === "all" ? Number.POSITIVE_INFINITY : call.take;
  const rows = new Map<string, KeyMetricsRow>();
  let count: number | null = null;
  let total: Total = null;
  const askedAt: number[] = [];
  let bytes = 0;
  let moved = false;
  let again = false;
  for (let offset = 0; ; ) {
    const response = await exchange(keyMetricsRequest(call, account, window, offset));
    const page = readPage(reader.object(response.body, "the body"), call, reader);
    if (askedAt.length === 0) total = page.total;
    askedAt.push(response.askedAt);
    read({ rows: page.rows.length });
    bytes += response.bytes;
    moved ||= !again && hasMoved(page, rows, count);
    for (const row of page.rows) if (!rows.has(row.id)) rows.set(row.id, row);
    count = page.count;
    offset += pageKeys;
    if (rows.size >= wanted) break;
    if (offset < count) continue;
    if (!moved || again || wanted !== Number.POSITIVE_INFINITY) break;
    again = true;
    offset = 0;
  }
  const kept = [...rows.values()].slice(0, wanted);
  const ages = { asOf: Math.min(...askedAt), newestAskedAt: Math.max(...askedAt) };
  const reply = { ...ages, window, rows: kept, order: call.order, count: call.groupBy && count, total };
  return { reply, pages: askedAt.length, bytes, remarks: [] };
};

/** Whether keys may have been missed: the count fell since the last page, or a key came twice while it did not grow. */
const hasMoved = (page: Page, seen: ReadonlyMap<string, unknown>, count: number | null): boolean =>
  count !== null && (page.count < count || (page.count === count && page.rows.some(({ id }) => seen.has(id))));

function readPage(body: Json, call: KeyMetricsCall, reader: AnswerReader): Page {
  return {
    rows: call.groupBy ? readRows(body, reader) : [],
    count: call.groupBy ? readCount(body, reader) : 0,
    total: call.total ? readMetrics(metricsOfAll(body, reader), reader) : null,
  };
}

const readCount = (body: Json, reader: AnswerReader): number =>
  reader.number(reader.object(body.metadata, "metadata").count, "metadata.count");

function readRows(body: Json, reader: AnswerReader): KeyMetricsRow[] {
  if (readCount(body, reader) === 0 && !isObject(body.groupBy)) return [];
  const { groups } = reader.object(body.groupBy, "groupBy");
  return reader.list(groups, "groupBy.groups").map((entry) => {
    const group = reader.object(entry, "a group");
    const metrics = readMetrics(reader.map(group.metrics, "the metrics of a group"), reader);
    return { id: reader.id(group.key, "a key") ?? "null", name: reader.name(group.keyDescription, "keyDescription"), ...metrics };
  });
}

/** The section `all` is shown on no page of the vendor's: a flat object, or one that holds it as `metrics` like a group. */
function metricsOfAll(body: Json, reader: AnswerReader): Json {
  const all = reader.object(body.all, "the section all");
  return isObject(all.metrics) ? all.metrics : all;
}

const readMetrics = (raw: Json, reader: AnswerReader): NonNullable<Total> => ({
  byTime: reader.values(keyMetricsByTime, raw),
  current: reader.values(keyMetricsCurrent, raw),
});
