import { badInput, GatewayError } from "../errors.js";
import { alignedOutward, ceilTo, dayMs, floorTo, hourMs, minuteMs, type Window } from "../time.js";
import { idSet, type KeyMetricsWindow, maxIdsLength } from "../upstream/question.js";
import type { Asker } from "./context.js";

/** What an argument may be. Everything here throws BAD_USER_INPUT that names the argument, the bound and the value. */

/** A list argument as a client may give it; null and undefined: not given. */
export type ListArgument = readonly string[] | null | undefined;

/** A whole number within bounds, both included. */
export function checkedNumber(argument: string, value: number, least: number, most: number): number {
  if (value < least || value > most) throw badInput(argument, `between ${least} and ${most}`, value);
  return value;
}

const entityId = /^-?\d{1,19}$/;
const conversationId = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether this can be the id of an agent, a skill or a group. */
export const isEntityId = (id: string): boolean => entityId.test(id);

export function checkedId(argument: string, id: string): string {
  if (!isEntityId(id)) throw badInput(argument, "an id of 1 to 19 digits, with or without a minus sign", id);
  return id;
}

/** The checked id of the one entity that a field is asked for. */
export const entityIdIn = ({ id }: { id: string }): string => checkedId("id", id);

export function checkedConversationId(argument: string, id: string): string {
  if (!conversationId.test(id)) throw badInput(argument, "an id of 1 to 64 letters, digits, hyphens or underscores", id);
  return id;
}

/** Sorted and without repeats; null when the list was not given. */
export function checkedIds(argument: string, ids: ListArgument): readonly string[] | null {
  return ids ? idSet(ids.map((id) => checkedId(argument, id))) : null;
}

/** Ids of a total or a filter: the platform needs them all in one URL, because totals cannot be added up. */
export function idsOfOneUrl(argument: string, ids: ListArgument): readonly string[] | null {
  const checked = checkedIds(argument, ids);
  if (checked && checked.join(",").length > maxIdsLength)
    throw badInput(argument, `a list of ids that fits one URL (${maxIdsLength} characters with commas)`, `${checked.length} ids`);
  return checked;
}

/** No control characters; no halves of surrogate pairs, which a URL cannot hold. */
const sourceText = /^[^,\p{Cc}\p{Cs}]{1,64}$/u;

/** Where a conversation came from; null when any will do. */
export function checkedSource(source: string | null | undefined): string | null {
  if (source === null || source === undefined) return null;
  if (!sourceText.test(source) || /^all$/i.test(source.trim()))
    throw badInput(
      "source",
      'a text of 1 to 64 characters without a comma, and not "all", with no control character and no half of a surrogate pair',
      source,
    );
  return source;
}

/** True when one of the lists is empty: it names nothing, and never means everything. */
export const namesNothing = (...lists: ListArgument[]): boolean => lists.some((list) => list?.length === 0);

/** A window as a client may give it: a length, a span, or neither. */
export interface WindowArguments {
  lastMinutes?: number | null | undefined;
  between?: { from: Date; to: Date } | null | undefined;
}

/** The window where a client gives none. */
export const defaultMinutes = 60;
const minutesOfDay = dayMs / minuteMs;
/** The segment APIs reach back a day. */
export const segmentMinutes = (lastMinutes: number, argument = "lastMinutes"): number =>
  checkedNumber(argument, lastMinutes, 1, minutesOfDay);

/** The slack of a window's edge: the call reaches the platform later than the request reached us, by a request's deadline or so. */
const keyMetricsSlackMs = 15_000;

/**
 * Window of the key messaging metrics, on whole minutes: rounded outward, then shortened from its beginning to the account's look-back and
 * to a day, as the platform allows. It must begin in the past and reach into the look-back. Notes when it passes out of that.
 */
export function keyMetricsWindow(args: WindowArguments, account: string, { accounts, now, holdsUntil }: Asker): KeyMetricsWindow {
  const given = spanOf(args);
  if (!given) return { lastMinutes: checkedNumber("lastMinutes", args.lastMinutes ?? defaultMinutes, 1, minutesOfDay) };
  // "Now" and "24 hours ago" may be read from a clock one after the other.
  if (given.to - given.from > dayMs + minuteMs) throw badInput("between", "at most 24 hours long", args.between);
  if (given.from >= now()) throw badInput("between.from", "in the past", args.between?.from);
  const hours = accounts.find(({ id }) => id === account)?.keyMetricsLookbackHours ?? 24;
  const reachMs = hours * hourMs;
  const rounded = alignedOutward(given, minuteMs);
  const from = Math.max(rounded.from, rounded.to - dayMs, ceilTo(now() - reachMs + keyMetricsSlackMs, minuteMs));
  if (from >= rounded.to) throw badInput("between.to", `within the last ${hours} hours (LP_KEY_METRICS_LOOKBACK_HOURS)`, args.between?.to);
  holdsUntil(from + reachMs - keyMetricsSlackMs);
  return { from, to: rounded.to };
}

const retentionDays = 14;
const retentionMs = retentionDays * dayMs;
/** Kept clear of the edge of the platform's retention, because a call reaches the platform later than it was made. */
const edgeMarginMs = 5 * minuteMs;

/**
 * Window of the interval metrics, on boundaries of `everyMinutes` counted from midnight UTC: aligned outward, then shortened at its end to
 * the last boundary passed, because the platform answers 202 for a running interval, and at its beginning to the edge of the platform's
 * retention. Notes when it moves on: at the next boundary, when it ends at the last one; when the edge reaches its beginning.
 */
export function intervalWindow(
  args: WindowArguments,
  everyMinutes: number,
  { now, holdsUntil }: Pick<Asker, "now" | "holdsUntil">,
): Window {
  const everyMs = everyMinutes * minuteMs;
  const passed = floorTo(now(), everyMs);
  const given = spanOf(args) ?? { from: passed - intervalMinutes(args, everyMinutes) * minuteMs, to: passed };
  const aligned = alignedOutward(given, everyMs);
  const from = Math.max(aligned.from, ceilTo(now() - retentionMs + edgeMarginMs, everyMs));
  const to = Math.min(aligned.to, passed);
  if (aligned.to <= from) throw badInput("between.to", `within the last ${retentionDays} days, which the platform keeps`, args.between?.to);
  if (to <= from) throw badInput("between", `a span that holds an ended interval of ${everyMinutes} minutes`, args.between);
  if (!args.between || aligned.to > passed) holdsUntil(passed + everyMs);
  holdsUntil(from + retentionMs - edgeMarginMs);
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

/** The result, or undefined where a field will refuse its arguments: it reports that itself, at its own path, when it is resolved. */
export function unlessRefused<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}
