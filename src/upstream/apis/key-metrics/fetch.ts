import { isDeepStrictEqual } from "node:util";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../catalogue/key-metrics.js";
import type { MetricGroup } from "../../../catalogue/metric.js";
import { ceilTo, minuteMs, type Window } from "../../../time.js";
import type { ExchangeRequest, Fetch, KeyMetricsCall } from "../../call.js";
import {
  type Faults,
  type KeyMetricsQuestion,
  type KeyMetricsReply,
  type KeyMetricsRow,
  type KeyMetricsSection,
  type KeyMetricsWindow,
  keysPerPage,
} from "../../question.js";
import { AnswerReader, firstFault, idList, isCount, isObject, type Json, requestPath, Sections } from "../platform-form.js";
import { type Listing, type ListingTerms, type Page, readListing } from "./listing.js";

/**
 * All pages of keys that the call takes, by offset. The platform's own links are never followed. Every key comes once, in
 * the order in which it was first seen. The list can change while it is read: if keys moved between pages, the whole list is read
 * once more, and the keys of both readings are given.
 */
export const fetchKeyMetrics: Fetch<"key-metrics"> = async (call, context) => {
  const reader = new AnswerReader("KEY_METRICS", context.account);
  const sections = new Sections<KeyMetricsSection>();
  const window = windowAt(context.now(), call.window);
  const askedAt: number[] = [];
  const repeated: number[] = [];
  let bytes = 0;
  let total: KeyMetricsReply["total"] = null;

  const page = async (offset: number): Promise<Page> => {
    const response = await context.exchange(keyMetricsRequest(call, context.account, window, offset));
    const body = reader.object(response.body, "the body");
    if (call.total && askedAt.length === 0) total = readTotal(body, { reader, sections });
    const read = call.groupBy ? readPage(body, offset, { reader, sections }) : withoutKeys;
    askedAt.push(response.askedAt);
    repeated.push(read.repeated);
    bytes += response.bytes;
    context.read({ rows: read.size });
    return read;
  };

  const terms = {
    page,
    skip: call.skip ?? 0,
    wanted: call.take === "all" ? Number.POSITIVE_INFINITY : call.take,
    expects: context.expects,
  };
  const first = await readListing(terms);
  const isAgain = first.moved && call.take === "all" && !sections.has("rows") && context.expects(1);
  const listing = isAgain ? await readAgain(first, terms) : first;
  sections.refuseWithout(...(call.groupBy ? (["rows"] as const) : []), ...(call.total ? (["total.byTime", "total.current"] as const) : []));
  const isSound = call.groupBy !== null && !sections.has("rows");
  const count = isSound ? countOf(listing, call) : null;
  const ages = { asOf: Math.min(...askedAt), newestAskedAt: Math.max(...askedAt) };
  const rows = rowsById(isSound ? [...listing.rows.values()].slice(0, terms.wanted) : []);
  const reply: KeyMetricsReply = { ...ages, ...sections.faults, window, ...rows, order: call.order, count, total };
  const remarks = [...(isSound ? onCount(listing, count) : []), ...onRepeats(repeated)];
  return { reply, pages: askedAt.length, bytes, remarks };
};

/** The page of a call that wants no keys. */
const withoutKeys: Page = { offset: 0, rows: [], size: 0, count: null, hasNext: false, repeated: 0 };

async function readAgain(first: Listing, terms: ListingTerms): Promise<Listing> {
  const second = await readListing(terms);
  return { ...second, rows: new Map([...first.rows, ...second.rows]), moved: true };
}

/** Number of keys: those that came if the list was read to its end; else the platform's number, or null if more keys came already. */
function countOf({ rows, ended, claimed }: Listing, { skip = 0 }: KeyMetricsCall): number | null {
  const read = skip + rows.size;
  if (!ended) return claimed !== null && claimed >= read ? claimed : null;
  return rows.size > 0 ? read : Math.min(skip, claimed ?? skip);
}

const onCount = ({ ended, moved, claimed }: Listing, count: number | null): string[] =>
  ended && !moved && claimed !== null && claimed !== count ? [`The platform counts ${claimed} keys, but there are ${count}.`] : [];

function onRepeats(repeated: readonly number[]): string[] {
  const keys = repeated.reduce((sum, each) => sum + each, 0);
  return keys === 0 ? [] : [`Keys that came more than once on a page with different figures: ${keys}. The later figures count.`];
}

/** The message of the faulty section that the question needs; null when the reply can answer it. The keys alone need no figures. */
export function faultFor({ faults }: KeyMetricsReply, { of, window, current }: KeyMetricsQuestion): string | null {
  const place = of === "total" ? "total" : "rows";
  const needed: KeyMetricsSection[] = [];
  if (place === "rows") needed.push("rows");
  if (window !== null) needed.push(`${place}.byTime`);
  if (current) needed.push(`${place}.current`);
  return firstFault(faults, needed);
}

// ---------------------------------------------------------------- request

/**
 * The POST for one page. Both response sections are always named; a call that wants only keys asks for the current
 * metrics, because the platform demands some metrics.
 */
const keyMetricsRequest = (call: KeyMetricsCall, account: string, window: Window, offset: number): ExchangeRequest => ({
  api: "KEY_METRICS",
  service: "keyMetrics",
  method: "POST",
  path: requestPath(`/manager_workspace/api/account/${encodeURIComponent(account)}/metrics`, {
    offset,
    limit: keysPerPage,
    sort: call.order && `${call.order.metric}:${call.order.direction}`,
  }),
  body: {
    filters: { time: window, ...idFilters(call), ...userTypes(call), ...(call.includeSubGroups && { includeSubGroups: true }) },
    ...(call.groupBy && { groupBy: call.groupBy }),
    responseSections: [...(call.total ? ["all"] : []), ...(call.groupBy ? ["groupBy"] : [])],
    ...(call.byTime && { metricsToRetrieveByTime: namesOf(keyMetricsByTime) }),
    ...((call.current || !call.byTime) && { metricsToRetrieveCurrentValue: namesOf(keyMetricsCurrent) }),
  },
});

/** The window to send. A window that is given by its length ends at the next whole minute, as the platform rounds it. */
export function windowAt(now: number, window: KeyMetricsWindow): Window {
  if (!("lastMinutes" in window)) return { from: window.from, to: window.to };
  const to = ceilTo(now, minuteMs);
  return { from: to - window.lastMinutes * minuteMs, to };
}

const namesOf = (group: MetricGroup): string[] => group.inOrder.map(({ upstream }) => upstream);

/** The lists that filter. `idList` refuses an empty list, which would filter nothing. */
const idFilters = ({ filters }: KeyMetricsCall) =>
  Object.fromEntries(Object.entries(filters).flatMap(([name, ids]) => (ids === null ? [] : [[name, idList(ids).split(",")]])));

const userTypes = ({ userType }: KeyMetricsCall) => (userType === "ALL" ? {} : { userTypes: [userType] });

// ---------------------------------------------------------------- pages

interface PageTerms {
  reader: AnswerReader;
  sections: Sections<KeyMetricsSection>;
}

/** The keys of one page, judged as the section `rows`. */
function readPage(body: Json, offset: number, terms: PageTerms): Page {
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const count = claimedIn(metadata);
  const entries = terms.sections.read("rows", () => entriesOf(body, offset, count, terms.reader).map((entry) => readRow(entry, terms)), []);
  const rows = new Map<string, KeyMetricsRow>();
  const repeated = new Set<string>();
  for (const row of entries) {
    if (rows.has(row.id) && !isDeepStrictEqual(rows.get(row.id), row)) repeated.add(row.id);
    rows.set(row.id, row);
  }
  return { offset, rows: [...rows.values()], size: entries.length, count, hasNext: isObject(metadata.next), repeated: repeated.size };
}

/** The section `all`. The vendor's pages do not show it. It is a flat object, or it holds its figures in `metrics` like a group. */
function readTotal(body: Json, terms: PageTerms): KeyMetricsReply["total"] {
  const total = readFigures("total", terms, () => {
    const all = terms.reader.requiredMap(body.all, "the section all");
    return isObject(all.metrics) ? all.metrics : all;
  });
  return terms.sections.has("total.byTime") && terms.sections.has("total.current") ? null : total;
}

function claimedIn({ count }: Json): number | null {
  const number = typeof count === "string" && count.trim() !== "" ? Number(count) : count;
  return isCount(number) ? number : null;
}

/** A page that lies behind the last key may leave the section out. */
function entriesOf(body: Json, offset: number, count: number | null, reader: AnswerReader): readonly unknown[] {
  if (!isObject(body.groupBy) && count !== null && offset >= count) return [];
  return reader.list(reader.object(body.groupBy, "groupBy").groups, "groupBy.groups");
}

function readRow(entry: unknown, terms: PageTerms): KeyMetricsRow {
  const { reader } = terms;
  const group = reader.object(entry, "a group");
  const id = reader.id(group.key, "a key") ?? "null";
  const name = reader.name(group.keyDescription, "keyDescription");
  return { id, name, ...readFigures("rows", terms, () => reader.map(group.metrics, "the metrics of a group")) };
}

/** Figures by time and current figures are judged separately. A faulty part is empty. */
const readFigures = (place: "rows" | "total", { reader, sections }: PageTerms, raw: () => Json) => ({
  byTime: sections.read(`${place}.byTime`, () => reader.values(keyMetricsByTime, raw()), {}),
  current: sections.read(`${place}.current`, () => reader.values(keyMetricsCurrent, raw()), {}),
});

// ---------------------------------------------------------------- replies

/** The rows of a reply with their index. */
export const rowsById = (rows: readonly KeyMetricsRow[]): Pick<KeyMetricsReply, "rows" | "byId"> => ({
  rows,
  byId: new Map(rows.map((row) => [row.id, row])),
});

/**
 * One reply made from the beginning of a list and the rows that follow it, each key once. It has the age of the older part, window and
 * total of the beginning, and the later count.
 */
export function continued(prefix: KeyMetricsReply, rest: KeyMetricsReply): KeyMetricsReply {
  const { faults: faultsBefore, ...beginning } = prefix;
  const faults: Faults<KeyMetricsSection> = { ...ofRows(rest.faults), ...faultsBefore };
  return {
    ...beginning,
    asOf: Math.min(prefix.asOf, rest.asOf),
    newestAskedAt: Math.max(prefix.newestAskedAt, rest.newestAskedAt),
    ...rowsById([...prefix.rows, ...rest.rows.filter(({ id }) => !prefix.byId.has(id))]),
    count: rest.count,
    ...(Object.keys(faults).length > 0 && { faults }),
  };
}

const ofRows = (faults: Faults<KeyMetricsSection> = {}): Faults<KeyMetricsSection> =>
  Object.fromEntries(Object.entries(faults).filter(([section]) => section.startsWith("rows")));
