import { type KeyMetricsRow, keysPerPage } from "../../question.js";

/** One page of keys. */
export interface Page {
  offset: number;
  /** Each key once, in the platform's order. */
  rows: readonly KeyMetricsRow[];
  /** Entries on the page, with repeats. If they are fewer than a page holds, the list ends here. */
  size: number;
  /** The number of keys by the platform; null when that number cannot be right or is missing. */
  count: number | null;
  /** Whether the platform names a page after this one. */
  hasNext: boolean;
  /** Keys that came more than once with different figures; the later entry is kept. */
  repeated: number;
}

export interface ListingTerms {
  page(offset: number): Promise<Page>;
  /** Offset of the first page. */
  skip: number;
  /** Rows that are needed from there on. */
  wanted: number;
  /** Asked before each round of pages except the first. False: the listing ends with the pages that are there. Throws to refuse the round. */
  expects(exchanges: number): boolean;
}

export interface Listing {
  /** Every key once, in the order of arrival. If a key came twice, the later row is kept. */
  rows: ReadonlyMap<string, KeyMetricsRow>;
  /** True: the list ends with these rows. False: all that are wanted came, and more may follow. */
  ended: boolean;
  /** The number of keys by the platform, from the last page. */
  claimed: number | null;
  /** Whether keys may have been missed because the list changed while it was read. */
  moved: boolean;
}

/** Pages of the first round that is read side by side; later rounds double. */
const firstRound = 4;
/** No account has more keys. If the count is higher, the last page by that count is not asked for, because the platform may refuse its offset. */
const plausibleKeys = 10_000;

/**
 * Reads a list page by page until it ends or has all that is wanted. The list ends with a page that is not full, one that brings
 * no new key, or one on which both the platform's count and its links end.
 *
 * After a full first page the others are read side by side. The platform's count gives their number, but it is believed only when
 * the last page by this count has come. Until then rounds start at four pages and double. If the count is too small or missing,
 * pages are read one by one.
 */
export async function readListing({ page, skip, wanted, expects }: ListingTerms): Promise<Listing> {
  const rounds: Page[][] = [[await page(skip)]];
  for (;;) {
    const pages = rounds.flat();
    const { next, ...listing } = walked(pages, skip, wanted);
    if (next === null) return { ...listing, moved: hasMoved(rounds) };
    const end = Math.min(listing.claimed ?? 0, skip + wanted);
    const offsets = nextRound(rounds, next, end).filter((offset) => pages.every((read) => read.offset !== offset));
    if (!expects(offsets.length)) return { ...listing, moved: hasMoved(rounds) };
    rounds.push(await Promise.all(offsets.map(page)));
  }
}

/** What the pages hold, up to the first missing page. `next`: offset of the first missing page; null when no page is needed. */
function walked(pages: readonly Page[], skip: number, wanted: number): Omit<Listing, "moved"> & { next: number | null } {
  const byOffset = new Map(pages.map((page) => [page.offset, page]));
  const rows = new Map<string, KeyMetricsRow>();
  let claimed: number | null = null;
  for (let offset = skip; ; offset += keysPerPage) {
    const page = byOffset.get(offset);
    if (!page) return { rows, ended: false, claimed, next: offset };
    const before = rows.size;
    for (const row of page.rows) rows.set(row.id, row);
    claimed = page.count;
    const saysEnd = claimed === offset + keysPerPage && !page.hasNext;
    if (page.size < keysPerPage || rows.size === before || saysEnd) return { rows, ended: true, claimed, next: null };
    if (rows.size >= wanted) return { rows, ended: false, claimed, next: null };
  }
}

/** Offsets to read side by side from `next` on, where `end` is the end of the list by the platform's count. */
function nextRound(rounds: readonly Page[][], next: number, end: number): number[] {
  const left = Math.max(1, Math.ceil((end - next) / keysPerPage));
  if (left <= firstRound || isBelieved(rounds)) return offsetsFrom(next, left);
  if (rounds.length === 1 && end <= plausibleKeys) return [...offsetsFrom(next, firstRound - 1), next + (left - 1) * keysPerPage];
  return offsetsFrom(next, Math.min(left, firstRound * 2 ** (rounds.length - 1)));
}

const offsetsFrom = (offset: number, pages: number): number[] => Array.from({ length: pages }, (_, index) => offset + index * keysPerPage);

/** Whether the last page by the count was read apart from the others and has keys that no earlier page has. */
function isBelieved([first, second]: readonly Page[][]): boolean {
  const [last, before] = [second?.at(-1), second?.at(-2)];
  if (!last || !before || last.offset - before.offset === keysPerPage) return false;
  const known = new Set(first?.flatMap(({ rows }) => rows.map(({ id }) => id)));
  return last.rows.some(({ id }) => !known.has(id));
}

/**
 * Whether the count fell since an earlier page, differs between pages read side by side, or a key came again while it did not grow.
 * A full page of known keys only does not count: such a platform gives the same page for every offset.
 */
function hasMoved(rounds: readonly Page[][]): boolean {
  const seen = new Set<string>();
  let count: number | null = null;
  for (const round of rounds) {
    const pages = round.map((page) => ({ ...page, count: plausibleCount(page) }));
    if (new Set(pages.flatMap((page) => page.count ?? [])).size > 1) return true;
    for (const page of pages) {
      const known = page.rows.filter(({ id }) => seen.has(id)).length;
      const isRepeated = page.size >= keysPerPage && known === page.rows.length;
      if (page.count !== null && count !== null && page.count < count) return true;
      if (known > 0 && !isRepeated && (page.count === count || page.count === null || count === null)) return true;
      count = page.count ?? count;
      for (const { id } of page.rows) seen.add(id);
    }
  }
  return false;
}

/** The count; null if the page shows that it is wrong: it is lower than the number of keys up to here, or zero on an empty page. */
function plausibleCount({ count, offset, size, rows }: Page): number | null {
  if (count === null || (size === 0 && count === 0)) return null;
  return size > 0 && count < offset + rows.length ? null : count;
}
