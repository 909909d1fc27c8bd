import type { ByIntervals } from "../answers/segments.js";
import { minute } from "../model/duration.js";
import { optionalNumber, type Parameters, wholeNumber } from "./parameters.js";
import { bad } from "./refusal.js";

export interface SegmentWindow {
  from: number;
  to: number;
  intervalMs: number | undefined;
}

/** `timeframe` minutes back from now, not rounded; `interval` at least five minutes and a divisor of it. */
export function segmentWindow(parameters: Parameters, now: number): SegmentWindow {
  const timeframe = wholeNumber(parameters, "timeframe", 1, 1440);
  const interval = optionalNumber(parameters, "interval", 5, 1440);
  if (interval !== undefined && (interval > timeframe || timeframe % interval !== 0)) {
    throw bad(`Parameter interval must be a divisor of timeframe ${timeframe}: ${interval}`);
  }
  return { from: now - timeframe * minute, to: now, intervalMs: interval === undefined ? undefined : interval * minute };
}

export interface IntervalDialect<Answer> {
  wrapped: boolean;
  descending: boolean;
  emptyIntervals: boolean;
  isEmpty(answer: Answer): boolean;
  write(answer: Answer): Record<string, unknown>;
}

/** An interval answer as the service writes it. */
export function writeIntervals<Answer>(cut: ByIntervals<Answer>, dialect: IntervalDialect<Answer>): unknown {
  const kept = cut.metricsByIntervals.filter(({ answer }) => dialect.emptyIntervals || !dialect.isEmpty(answer));
  if (dialect.descending) kept.reverse();
  return {
    metricsByIntervals: kept.map(({ timestamp, answer }) =>
      dialect.wrapped ? { timestamp, metricsData: dialect.write(answer) } : { timestamp, ...dialect.write(answer) },
    ),
    timeframeSummary: dialect.write(cut.timeframeSummary),
  };
}
