import type { IntervalMetricsQuery } from "./interval-cells.js";
import type { IntervalRow } from "./interval-metrics.js";

const kept = 8;

/** The rows of the last few questions about intervals that are done, which never change: pages are read one by one. */
export class RememberedRows {
  readonly #rows = new Map<string, IntervalRow[]>();

  get(query: IntervalMetricsQuery, compute: () => IntervalRow[]): IntervalRow[] {
    const { from, to, intervalMinutes, grouping, handleTimeModel, metrics, includeBotSkills } = query;
    const { skillId, agentId, agentGroupId, conversationId } = query;
    const filters = { skillId, agentId, agentGroupId, conversationId };
    const key = JSON.stringify([from, to, intervalMinutes, grouping, handleTimeModel, metrics, includeBotSkills, filters]);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const rows = compute();
    this.#rows.set(key, rows);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > kept && oldest !== undefined) this.#rows.delete(oldest);
    return rows;
  }
}
