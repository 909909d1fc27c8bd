import type { IntervalMetricsQuestion, IntervalRow } from "../../upstream/question.js";
import { answerTo } from "../asking.js";
import { pageOf } from "../connection.js";
import type { GatewayContext } from "../context.js";
import { compareKeys } from "../ordering.js";
import { groupingOrder, isBySkillAlone } from "../questions/interval-metrics.js";
import type { PageRequest } from "../questions/paging.js";
import type { Asked } from "../questions/parent.js";
import { Interval } from "../types/interval.js";
import { IntervalConnection } from "../types/interval-connection.js";
import { unmeasured } from "./unmeasured.js";

interface Wanted {
  account: string;
  page: PageRequest;
  includeBotSkills: boolean;
}

/** One page of the rows, oldest first, then by id. */
export function intervalConnection(
  context: GatewayContext,
  { account, page, includeBotSkills }: Wanted,
  questions: Asked<IntervalMetricsQuestion>,
): Promise<IntervalConnection | null> {
  return answerTo(
    context,
    questions,
    ({ reply, stale }, { grouping, window }) => {
      // Rows by skill alone are always asked with bot skills: one answer serves both wishes.
      const hidden = isBySkillAlone(grouping) && !includeBotSkills;
      const rows = sorted(reply.rows.filter((row) => row.human || !hidden));
      const { edges, ...rest } = pageOf(page, { nodes: rows, keyOf, order: "keys", totalCount: rows.length });
      const intervals = edges.map(({ cursor, node }) => ({ cursor, node: new Interval(account, node) }));
      return new IntervalConnection({ ...rest, edges: intervals }, { asOf: reply.asOf, stale, window }, reply.pending);
    },
    () => new IntervalConnection({ edges: [], hasNextPage: false, hasPreviousPage: false, totalCount: null }, unmeasured, []),
  );
}

const keyOf = ({ window, ids }: IntervalRow): readonly string[] => [String(window.from), ...groupingOrder.map((kind) => ids[kind] ?? "")];

function sorted(rows: readonly IntervalRow[]): IntervalRow[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
}
