import type { AnyMetric, MetricUnit } from "../../catalogue/metric.js";
import type { Grouping } from "../../config/business-metrics-file.js";
import type { PlacedObject, PlacedSet } from "./operation.js";

/** One value of one series. */
export interface Figure {
  name: string;
  help: string;
  labels: Readonly<Record<string, string>>;
  value: number;
  /** Epoch ms at which the platform was asked. */
  asOf: number;
  type: string;
}

/** What a state says. */
export interface Figures {
  figures: readonly Figure[];
  /** True when something was stale, and was left out. */
  isStale: boolean;
  /** True when a list has more entities than were asked for. */
  isCut: boolean;
}

const prefixes: Readonly<Record<Grouping, string>> = { account: "lp_account", skill: "lp_skill", agentGroup: "lp_agent_group" };

/** Prometheus counts time in seconds; the unit is the end of the name. */
const units: Readonly<Record<MetricUnit, { suffix: string; factor: number }>> = {
  COUNT: { suffix: "", factor: 1 },
  MILLISECONDS: { suffix: "_seconds", factor: 1 / 1_000 },
  RATIO: { suffix: "_ratio", factor: 1 },
  MESSAGES: { suffix: "_messages", factor: 1 },
};

const snake = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();

/** For example lp_skill_key_metrics_avg_wait_time_seconds. */
export function seriesName(by: Grouping, { field, unit, group }: AnyMetric): string {
  const type = group.type === "CurrentMetrics" ? "current" : snake(group.type);
  return `${prefixes[by]}_${type}_${snake(field)}${units[unit].suffix}`;
}

type Json = Readonly<Record<string, unknown>>;
type MetricObject = Json & { readonly asOf: string; readonly stale: boolean };

/** Every figure in the answer that is there and is not stale. */
export function figuresIn(account: string, sets: readonly PlacedSet[], contactCenter: Json): Figures {
  let isStale = false;
  let isCut = false;
  const readAll = (by: Grouping, labels: Figure["labels"], objects: readonly PlacedObject[], parent: Json) =>
    objects.flatMap((object) => {
      const found = parent[object.alias] as MetricObject | null;
      isStale ||= found?.stale ?? false;
      return found && !found.stale ? read(by, labels, object, found) : [];
    });
  const figures = sets.flatMap(({ by, list, objects }) => {
    if (by === "account" || list === null) return readAll(by, { account }, objects, contactCenter);
    const found = contactCenter[list] as { nodes: Json[]; pageInfo: { hasNextPage: boolean } } | null;
    isCut ||= found?.pageInfo.hasNextPage ?? false;
    return (found?.nodes ?? []).flatMap((node) => {
      const label = by === "skill" ? "skill" : "agent_group";
      const labels = { account, [label]: String(node.id), [`${label}_name`]: String(node.name ?? "") };
      return readAll(by, labels, objects, node);
    });
  });
  return { figures, isStale, isCut };
}

function read(by: Grouping, labels: Figure["labels"], { type, lastMinutes, metrics }: PlacedObject, object: MetricObject): Figure[] {
  const asOf = Date.parse(object.asOf);
  const all = lastMinutes === null ? labels : { ...labels, window: `${lastMinutes}m` };
  return metrics.flatMap((metric) => {
    const value = object[metric.field];
    if (typeof value !== "number") return [];
    const help = `${metric.description} ${metric.group.type}.${metric.field} of the metric catalogue.`;
    return [{ name: seriesName(by, metric), help, labels: all, value: value * units[metric.unit].factor, asOf, type }];
  });
}
