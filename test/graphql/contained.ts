import { canonical, type Ids, type KeyMetricsQuestion, type Question } from "../../src/upstream/question.js";

/**
 * Whether the answer to one question holds the answer to another, judged here without the code that plans: equal scopes, and the ids
 * among those asked for. `listed`: the ids that an ordered list has brought.
 */
export function contained(question: Question, within: Question, listed: readonly string[]): boolean {
  switch (question.api) {
    case "agent-segments":
      return (
        within.api === "agent-segments" &&
        scope(question, ["agents", "skills", "freshForMs"]) === scope(within, ["agents", "skills", "freshForMs"]) &&
        (question.of === "total" ? canonical(question.agents) === canonical(within.agents) : among(question.agents, within.agents)) &&
        (question.skills === null || (within.skills !== null && among(question.skills, within.skills)))
      );
    case "skill-segments":
      return (
        within.api === "skill-segments" &&
        scope(question, ["skills"]) === scope(within, ["skills"]) &&
        (question.of === "total" ? canonical(question.skills) === canonical(within.skills) : among(question.skills, within.skills))
      );
    case "key-metrics":
      return within.api === "key-metrics" && keyMetricsContained(question, within, listed);
    case "interval-metrics":
      return (
        within.api === "interval-metrics" &&
        scope(question, ["filters", "freshForMs"]) === scope(within, ["filters", "freshForMs"]) &&
        canonical({ ...question.filters, ...within.filters }) === canonical(question.filters) &&
        Object.keys(question.filters).every((kind) => kind in within.filters || question.grouping.some((grouped) => grouped === kind))
      );
  }
}

function keyMetricsContained(question: KeyMetricsQuestion, within: KeyMetricsQuestion, listed: readonly string[]): boolean {
  const figures = ["keys", "window", "current", "freshForMs"];
  if (scope(question, figures) !== scope(within, figures)) return false;
  if (question.window && canonical(question.window) !== canonical(within.window)) return false;
  if (question.current && !within.current) return false;
  if (canonical(question.keys) === canonical(within.keys)) return true;
  if (typeof question.keys === "object" && "metric" in question.keys) return false;
  const ordered = typeof within.keys === "object" && "metric" in within.keys;
  return among(question.keys, ordered ? listed : (within.keys as Ids));
}

const among = (ids: Ids, within: Ids): boolean => within === "all" || (ids !== "all" && ids.every((id) => within.includes(id)));

const scope = (question: Question, without: readonly string[]): string =>
  canonical(Object.fromEntries(Object.entries(question).filter(([key]) => !without.includes(key))));
