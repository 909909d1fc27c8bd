import type { Figures } from "../answers/segments.js";

/**
 * Ways in which an answer can differ from what the vendor's pages let one assume, so that asking for much at once gives other
 * figures than asking for each part alone.
 */
export const breaks = [
  /** Rows of the segment APIs have their averages cut to whole seconds unless exactly one id is asked for. */
  "wide-rows",
  /** With skillIds, the rows and totals of agents count the segments of those skills alone. */
  "split",
  /** The summary beside intervals leaves out the newest interval. */
  "summary",
  /** Rows of key metrics under a filter of the kind they are grouped by leave out what the system closed. */
  "filtered-keys",
  /** The section `all` beside rows leaves out what the system closed. */
  "total-beside-rows",
  /** Current values beside by-time metrics count the assigned conversations alone that were assigned within the window. */
  "current-in-window",
  /** Interval rows that no id they are grouped by picks have handle times in whole minutes. */
  "unpicked-intervals",
] as const;
export type Break = (typeof breaks)[number];

const mapped = (rows: Record<string, Figures>, change: (figures: Figures) => Figures): Record<string, Figures> =>
  Object.fromEntries(Object.entries(rows).map(([id, figures]) => [id, change(figures)]));

/** "wide-rows": the rows as they are when these ids were asked for. */
export function wideRows(
  rows: Record<string, Figures>,
  ids: readonly string[] | undefined,
  broken: readonly Break[],
): Record<string, Figures> {
  if (!broken.includes("wide-rows") || ids?.length === 1) return rows;
  const cut = (name: string, value: number) => (name.startsWith("avg") && value > 0 ? Math.floor(value / 1000) * 1000 : value);
  return mapped(rows, (figures) => Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, cut(name, value)])));
}

/** "filtered-keys" and "total-beside-rows": key metrics without what the system closed. */
export const withoutAutoClosed = (figures: Figures): Figures => ({
  ...figures,
  ...(figures.closedConversations !== undefined && { closedConversations: figures.closedConversations - (figures.autoClosed ?? 0) }),
  ...(figures.autoClosed !== undefined && { autoClosed: 0 }),
});

/** "unpicked-intervals": handle time, in seconds, as whole minutes. */
export const inWholeMinutes = (figures: Figures): Figures => ({
  ...figures,
  ...(figures.handleTime !== undefined && { handleTime: Math.ceil(figures.handleTime / 60) * 60 }),
});
