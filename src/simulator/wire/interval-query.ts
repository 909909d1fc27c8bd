import type { Grouping, IntervalMetricsQuery } from "../answers/interval-cells.js";
import { intervalMeasures } from "../metrics/interval-cell.js";
import { day } from "../model/duration.js";
import { nameList, oneOf, optionalNumber, type Parameters, requireVersion, wholeNumber } from "./parameters.js";
import { bad } from "./refusal.js";

const groupings = ["skill", "agentGroup", "agent", "conversation"] as const satisfies Grouping[];
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const latest = 8.64e15;

function moment(parameters: Parameters, name: string): number {
  const text = parameters[name] ?? "";
  const value = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) throw bad(`Parameter ${name} must be an RFC 3339 date-time: ${text}`);
  return value;
}

/** One pair of from and to or fromL and toL; at most a day, from at most 14 days ago. */
function timeframe(parameters: Parameters, now: number): { from: number; to: number } {
  const given = (...names: string[]): number => names.filter((name) => parameters[name] !== undefined).length;
  if (given("from", "to") > 0 && given("fromL", "toL") > 0) throw bad("Only one pair must be included: either from & to, or fromL & toL.");
  if (given("from", "to") !== 2 && given("fromL", "toL") !== 2) throw bad("A pair must be included: either from & to, or fromL & toL.");
  const { from, to } =
    given("from") === 1
      ? { from: moment(parameters, "from"), to: moment(parameters, "to") }
      : { from: wholeNumber(parameters, "fromL", 0, latest), to: wholeNumber(parameters, "toL", 0, latest) };
  if (to < from) throw bad("to is before from.");
  if (to - from > day) throw bad("The timeframe must not be longer than one day.");
  if (from < now - 14 * day) throw bad("from must be within the last 14 days.");
  return { from, to };
}

function id(parameters: Parameters, name: string): string | undefined {
  const text = parameters[name];
  if (text === undefined || text === "") return undefined;
  if (!/^-?\d+$/.test(text)) throw bad(`Parameter ${name} must be numeric: ${text}`);
  return text;
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw bad(`Parameter ${name} is required.`);
  return value;
}

/** The question of an interval metrics request, by the page's rules. */
export function intervalQuery(parameters: Parameters, now: number): IntervalMetricsQuery & { pageSize: number } {
  requireVersion(parameters);
  const source = required(parameters.source || undefined, "source");
  if (source.length > 20) throw bad(`Parameter source must not exceed 20 characters: ${source}`);
  const window = timeframe(parameters, now);
  const intervalMinutes = Number(oneOf(parameters, "intervalDuration", ["15", "30", "60", "1440"]) ?? 15);
  const grouping = (nameList(parameters, "grouping", groupings) ?? ["skill"]) as Grouping[];
  const metrics = required(nameList(parameters, "metrics", Object.keys(intervalMeasures)), "metrics");
  const skillAlone = grouping.length === 1 && grouping[0] === "skill";
  const misplaced = metrics.find((name) => (name === "arrivals" || name === "closedConversations") && !skillAlone);
  if (misplaced !== undefined) throw bad(`Metric ${misplaced} is available only if grouping has only the value skill.`);
  return {
    ...window,
    intervalMinutes,
    grouping,
    metrics,
    handleTimeModel: required(oneOf(parameters, "handleTimeModel", ["IFT", "EHT"]), "handleTimeModel"),
    includeBotSkills: oneOf(parameters, "includeBotSkills", ["true", "false"]) === "true",
    skillId: id(parameters, "skillId"),
    agentId: id(parameters, "agentId"),
    agentGroupId: id(parameters, "agentGroupId"),
    conversationId: parameters.conversationId || undefined,
    pageSize: optionalNumber(parameters, "pageSize", 1, 500) ?? 100,
  };
}
