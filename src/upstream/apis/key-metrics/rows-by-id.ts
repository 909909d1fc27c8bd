import type { KeyMetricsReply, KeyMetricsRow } from "../../question.js";

/** The rows of a reply with their index. */
export const rowsById = (rows: readonly KeyMetricsRow[]): Pick<KeyMetricsReply, "rows" | "byId"> => ({
  rows,
  byId: new Map(rows.map((row) => [row.id, row])),
});
