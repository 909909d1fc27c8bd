import { catalogue } from "../../catalogue/catalogue.js";
import type { AnyMetric } from "../../catalogue/metric.js";
import { type FigureSet, type Grouping, measuredIn, mostEntities, typeOf } from "../../config/business-metrics-file.js";

/** What one account is asked for, and where each of its figures stands in the answer. */
export interface FiguresOperation {
  query: string;
  sets: readonly PlacedSet[];
}

/** One set of figures with the aliases under which it is asked. */
export interface PlacedSet {
  by: Grouping;
  /** Of the list of entities; null where the figures are the account's own. */
  list: string | null;
  objects: readonly PlacedObject[];
}

/** One object with metrics, for example keyMetrics. */
export interface PlacedObject {
  alias: string;
  type: string;
  /** Null: of this moment. */
  lastMinutes: number | null;
  metrics: readonly AnyMetric[];
}

const metricsByName = new Map(catalogue.map((metric) => [`${metric.group.type}.${metric.field}`, metric]));

const lists = { skill: "skills", agentGroup: "agentGroups" } as const;

/** The operation that asks the figures of one account; sets that are not of this account are left out. */
export function figuresOperation(account: string, all: readonly FigureSet[], everySeconds: number): FiguresOperation {
  const sets = all.flatMap((set, index) => (set.accounts?.includes(account) === false ? [] : [placed(set, index)]));
  const selections = sets.map(({ set, text }) => selectionOf(set, text));
  const query = `subscription BusinessFigures {
  contactCenter(accountId: ${JSON.stringify(account)}, everySeconds: ${everySeconds}) {
    ${["accountId", ...selections].join("\n    ")}
  }
}`;
  return { query, sets: sets.map(({ set }) => set) };
}

function placed({ metrics, by, ids, lastMinutes }: FigureSet, index: number): { set: PlacedSet; text: string } {
  const types = [...new Set(metrics.map(typeOf))];
  const objects = types.map((type): PlacedObject => {
    const names = metrics.filter((name) => typeOf(name) === type);
    const found = names.flatMap((name) => metricsByName.get(name) ?? []);
    return { alias: `set${index}_${type}`, type, lastMinutes: type === "CurrentMetrics" ? null : lastMinutes, metrics: found };
  });
  const arguments_ = ids ? `ids: ${JSON.stringify(ids)}, first: ${ids.length}` : `first: ${mostEntities}`;
  return {
    set: { by, list: by === "account" ? null : `set${index}`, objects },
    text: by === "account" ? "" : `${lists[by]}(${arguments_})`,
  };
}

function selectionOf({ by, list, objects }: PlacedSet, listText: string): string {
  const fields: Readonly<Record<string, string>> = measuredIn[by];
  const inner = objects
    .map(({ alias, type, lastMinutes, metrics }) => {
      const window = lastMinutes === null ? "" : `(lastMinutes: ${lastMinutes})`;
      return `${alias}: ${fields[type]}${window} { asOf stale ${metrics.map(({ field }) => field).join(" ")} }`;
    })
    .join(" ");
  return list === null ? inner : `${list}: ${listText} { nodes { id name ${inner} } pageInfo { hasNextPage } }`;
}
