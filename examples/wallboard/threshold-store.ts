import { z } from "zod/mini";
import type { Threshold } from "./thresholds.js";

const minute = 60_000;

/** What is bad where nobody has said otherwise. */
export const usualThresholds: readonly Threshold[] = [
  { metric: "CurrentMetrics.unassignedConversations", warning: 3, critical: 8, margin: 1 },
  { metric: "CurrentMetrics.queueWaitTime90thPercentile", warning: 10 * minute, critical: 30 * minute, margin: minute },
  { metric: "CurrentMetrics.overdueConversationsTotal", warning: 2, critical: 5, margin: 1 },
  { metric: "CurrentMetrics.humanAgentLoad", warning: 0.85, critical: 1, margin: 0.05 },
  { metric: "KeyMetrics.csat", warning: 0.5, critical: 0.25, margin: 0.02 },
  { metric: "SkillSegments.abandonmentRate", warning: 0.15, critical: 0.3, margin: 0.02 },
];

const number = z.number().check(z.gte(-1e12), z.lte(1e12));
const list = z
  .array(
    z.object({
      metric: z.string().check(z.regex(/^(CurrentMetrics|KeyMetrics|SkillSegments)\.\w{1,80}$/)),
      warning: number,
      critical: number,
      margin: number.check(z.gte(0)),
    }),
  )
  .check(z.maxLength(100));

const place = "wallboard.thresholds";
const inLink = "thresholds";

/** The thresholds of a link, which are kept from then on; else those that this browser keeps; else the usual ones. */
export function readThresholds(): readonly Threshold[] {
  const linked = new URLSearchParams(location.hash.slice(1)).get(inLink);
  const found = taken(linked, "The link") ?? taken(localStorage.getItem(place), "This browser");
  if (linked !== null) {
    history.replaceState(null, "", location.pathname + location.search);
    if (found) keepThresholds(found);
  }
  return found ?? usualThresholds;
}

export const keepThresholds = (thresholds: readonly Threshold[]): void => localStorage.setItem(place, JSON.stringify(thresholds));

/** This page, its filter and these thresholds. What stands behind # is sent to no server. */
export const linkTo = (thresholds: readonly Threshold[]): string =>
  `${location.origin}${location.pathname}${location.search}#${new URLSearchParams({ [inLink]: JSON.stringify(thresholds) })}`;

function taken(text: string | null, source: string): readonly Threshold[] | null {
  if (text === null) return null;
  try {
    return list.parse(JSON.parse(text));
  } catch (error) {
    console.warn(`${source} has thresholds that cannot be used.`, error);
    return null;
  }
}
