import type { Fetch, KeyMetricsCall } from "../../call.js";
import type { KeyMetricsQuestion, KeyMetricsReply, KeyMetricsSection } from "../../question.js";
import { AnswerReader, firstFault, Sections } from "../platform-form.js";
import { type Listing, type ListingTerms, readListing } from "./listing.js";
import { type Page, readPage, readTotal } from "./page.js";
import { keyMetricsRequest, windowAt } from "./request.js";
import { rowsById } from "./rows-by-id.js";

/**
 * All pages of keys that the call takes, by offset; the platform's own links are never followed. Every key comes once, in
 * the order first seen. The list lives: when keys moved between pages while it was read to its end, it is read once more
 * from its beginning, and the keys of both readings are given.
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

/** What a page is where the call wants no keys. */
const withoutKeys: Page = { offset: 0, rows: [], size: 0, count: null, hasNext: false, repeated: 0 };

async function readAgain(first: Listing, terms: ListingTerms): Promise<Listing> {
  const second = await readListing(terms);
  return { ...second, rows: new Map([...first.rows, ...second.rows]), moved: true };
}

/** Number of keys: those that came where the list was read to its end, else what the platform says, unless more came already. */
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
