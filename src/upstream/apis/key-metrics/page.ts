import { isDeepStrictEqual } from "node:util";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../catalogue/key-metrics.js";
import type { KeyMetricsReply, KeyMetricsRow, KeyMetricsSection } from "../../question.js";
import { type AnswerReader, isCount, isObject, type Json, type Sections } from "../platform-form.js";

/** One page of keys. */
export interface Page {
  offset: number;
  /** Each key once, in the platform's order. */
  rows: readonly KeyMetricsRow[];
  /** Entries on the page, repeats among them: fewer than a page holds mean that the list ends here. */
  size: number;
  /** How many keys the platform says there are; null when it says nothing that can be right. */
  count: number | null;
  /** Whether the platform names a page after this one. */
  hasNext: boolean;
  /** Keys that came more than once with different figures; the later entry is kept. */
  repeated: number;
}

export interface PageTerms {
  reader: AnswerReader;
  sections: Sections<KeyMetricsSection>;
}

/** The keys of one page, judged as the section `rows`. */
export function readPage(body: Json, offset: number, terms: PageTerms): Page {
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const count = countOf(metadata);
  const entries = terms.sections.read("rows", () => entriesOf(body, offset, count, terms.reader).map((entry) => readRow(entry, terms)), []);
  const rows = new Map<string, KeyMetricsRow>();
  const repeated = new Set<string>();
  for (const row of entries) {
    if (rows.has(row.id) && !isDeepStrictEqual(rows.get(row.id), row)) repeated.add(row.id);
    rows.set(row.id, row);
  }
  return { offset, rows: [...rows.values()], size: entries.length, count, hasNext: isObject(metadata.next), repeated: repeated.size };
}

/** The section `all`, which no page of the vendor's shows: a flat object, or one that holds it as `metrics` like a group. */
export function readTotal(body: Json, terms: PageTerms): KeyMetricsReply["total"] {
  const total = readFigures("total", terms, () => {
    const all = terms.reader.requiredMap(body.all, "the section all");
    return isObject(all.metrics) ? all.metrics : all;
  });
  return terms.sections.has("total.byTime") && terms.sections.has("total.current") ? null : total;
}

function countOf({ count }: Json): number | null {
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

/** Figures by time and current ones are judged apart; a faulty part is empty. */
const readFigures = (place: "rows" | "total", { reader, sections }: PageTerms, raw: () => Json) => ({
  byTime: sections.read(`${place}.byTime`, () => reader.values(keyMetricsByTime, raw()), {}),
  current: sections.read(`${place}.current`, () => reader.values(keyMetricsCurrent, raw()), {}),
});
