import { badInput } from "../../errors.js";
import { alignedOutward, ceilTo, dayMs, floorTo, hourMs, minuteMs, type Window } from "../../time.js";
import type { KeyMetricsWindow } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import { checkedNumber } from "./bounds.js";

/** A window as a client may give it: a length, a span, or neither. */
export interface WindowArguments {
  lastMinutes?: number | null | undefined;
  between?: { from: Date; to: Date } | null | undefined;
}

const defaultMinutes = 60;
const minutesOfDay = dayMs / minuteMs;
/** The segment APIs reach back a day. */
export const segmentMinutes = (lastMinutes: number): number => checkedNumber("lastMinutes", lastMinutes, 1, minutesOfDay);

/** Window of the key messaging metrics: at most a day after rounding outward to minutes, and within the account's look-back. */
export function keyMetricsWindow(args: WindowArguments, account: string, { accounts, now }: Asker): KeyMetricsWindow {
  const given = spanOf(args);
  if (!given) return { lastMinutes: checkedNumber("lastMinutes", args.lastMinutes ?? defaultMinutes, 1, minutesOfDay) };
  const window = alignedOutward(given, minuteMs);
  if (window.to - window.from > dayMs) throw badInput("between", "at most 24 hours long after rounding outward to minutes", args.between);
  const hours = accounts.find(({ id }) => id === account)?.keyMetricsLookbackHours ?? 24;
  if (given.from < now() - hours * hourMs) throw badInput("between.from", `within the last ${hours} hours`, args.between?.from);
  if (given.from >= now()) throw badInput("between.from", "in the past", args.between?.from);
  return window;
}

const retentionDays = 14;
/** Kept clear of the edge of the platform's retention, because a call reaches the platform later than it was made. */
const edgeMarginMs = 5 * minuteMs;

/**
 * Window of the interval metrics, on boundaries of `everyMinutes`: it ends at the last boundary passed at the latest, because
 * the platform answers 202 for a running interval, and is cut inward at the edge of its retention.
 */
export function intervalWindow(args: WindowArguments, everyMinutes: number, { now }: Pick<Asker, "now">): Window {
  const everyMs = everyMinutes * minuteMs;
  const passed = floorTo(now(), everyMs);
  const given = spanOf(args) ?? { from: passed - intervalMinutes(args, everyMinutes) * minuteMs, to: passed };
  if (args.between && given.from < now() - retentionDays * dayMs)
    throw badInput("between.from", `within the last ${retentionDays} days`, args.between.from);
  const aligned = alignedOutward(given, everyMs);
  const from = Math.max(aligned.from, ceilTo(now() - retentionDays * dayMs + edgeMarginMs, everyMs));
  const to = Math.min(aligned.to, passed);
  if (from >= to)
    throw badInput(
      "between",
      `a span that holds an ended interval of ${everyMinutes} minutes within the last ${retentionDays} days`,
      args.between,
    );
  return { from, to };
}

function intervalMinutes({ lastMinutes }: WindowArguments, everyMinutes: number): number {
  if (lastMinutes === null || lastMinutes === undefined) return Math.max(defaultMinutes, everyMinutes);
  if (lastMinutes < everyMinutes) throw badInput("lastMinutes", `at least everyMinutes (${everyMinutes})`, lastMinutes);
  return checkedNumber("lastMinutes", lastMinutes, 1, retentionDays * minutesOfDay);
}

function spanOf({ lastMinutes, between }: WindowArguments): Window | null {
  if (!between) return null;
  if (lastMinutes !== null && lastMinutes !== undefined) throw badInput("lastMinutes", "left out when between is given", lastMinutes);
  const span = { from: between.from.getTime(), to: between.to.getTime() };
  if (span.from >= span.to) throw badInput("between.to", `later than between.from (${between.from.toISOString()})`, between.to);
  return span;
}
