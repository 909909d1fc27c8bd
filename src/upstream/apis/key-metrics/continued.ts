import type { Faults, KeyMetricsReply, KeyMetricsSection } from "../../question.js";
import { rowsById } from "./rows-by-id.js";

/**
 * One reply out of the beginning of a list and the rows that follow it, each key once. It is as old as the older of both; window and
 * total are those of the beginning, the count is the later one.
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
