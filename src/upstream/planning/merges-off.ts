import type { Merge } from "../../merges.js";
import { parted } from "../apis/interval-metrics/merging.js";
import { isOrder } from "../apis/key-metrics/merging.js";
import { canonical, type Question } from "../question.js";

/**
 * The question as it is asked of a platform for which these merges are off: where the figures meant are those of the wider
 * answer, for that answer; and marked, so that it shares none that the merges are needed for. More calls, never other figures.
 */
export function restricted<Q extends Question>(question: Q, mergesOff: readonly Merge[]): Q {
  if (mergesOff.length === 0) return question;
  return { ...widened(question, mergesOff), mergesOff };
}

function widened<Q extends Question>(question: Q, off: readonly Merge[]): Q {
  // Split by every skill, agents' own figures are those of every skill, whether skills filter them or not.
  if (question.api === "agent-segments" && off.includes("split") && question.skills !== null) return { ...question, skills: "all" };
  const isRows = question.api === "key-metrics" && question.of !== "total" && !isOrder(question.keys);
  return isRows && off.includes("keys") ? { ...question, keys: "all" } : question;
}

/** Questions of one family that differ in this text share no call and no answer; empty where every merge is on. */
export function apart(question: Question): string {
  const off = question.mergesOff ?? [];
  const parts = off.map((merge) => partBy(question, merge)).filter((part) => part !== undefined);
  return parts.length === 0 ? "" : canonical(parts);
}

/** What has to be equal for two questions to share without the merge; undefined where it does not concern them. */
function partBy(question: Question, merge: Merge): unknown {
  const { api } = question;
  const isSegments = api === "agent-segments" || api === "skill-segments";
  switch (merge) {
    case "widen":
      return isSegments ? [api === "agent-segments" && question.agents, question.skills] : undefined;
    case "split":
      return api === "agent-segments" ? question.skills !== null : undefined;
    case "summary":
      return isSegments ? question.everyMinutes : undefined;
    case "keys":
      return undefined; // Rows are asked for every key then, and no filtered call answers that.
    case "total":
      return api === "key-metrics" ? question.of === "total" : undefined;
    case "current":
      return api === "key-metrics" ? question.window === null : undefined;
    case "unfiltered":
      return api === "interval-metrics" ? parted(question.filters, question.grouping).picks : undefined;
  }
}
