import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { catalogue } from "../catalogue/catalogue.js";
import { accountId } from "./account-settings.js";
import { listOf, mapOf, oneOf, text, whole } from "./setting.js";
import { fromYamlFile, type YamlFile } from "./yaml-file.js";

/** Figures of accounts that the gateway keeps as Prometheus gauges. */
export interface BusinessMetrics {
  /** The figures are asked again at most once in so many seconds. */
  everySeconds: number;
  sets: readonly FigureSet[];
}

/** Figures that are asked in the same way. */
export interface FigureSet {
  /** As the metric catalogue names them, for example KeyMetrics.avgWaitTime. */
  metrics: readonly string[];
  by: Grouping;
  /** Skills or agent groups; null: all that the account has, at most `mostEntities`. */
  ids: readonly string[] | null;
  /** The window of what is measured over one. */
  lastMinutes: number;
  /** Null: all that are read with a credential of the gateway's own. */
  accounts: readonly string[] | null;
}

/** Entities of one account in one set. */
export const mostEntities = 500;

/** By what a figure can be grouped, and in which field of that its type then stands. What costs a call for each entity is left out. */
export const measuredIn = {
  account: { AgentSegments: "agentSegments", SkillSegments: "skillSegments", KeyMetrics: "keyMetrics", CurrentMetrics: "current" },
  skill: { SkillSegments: "segments", KeyMetrics: "keyMetrics", CurrentMetrics: "current" },
  agentGroup: { KeyMetrics: "keyMetrics", CurrentMetrics: "current" },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Grouping = keyof typeof measuredIn;

const groupings = Object.keys(measuredIn) as [Grouping, ...Grouping[]];

/** The name of a metric's type, for example KeyMetrics. */
export const typeOf = (metric: string): string => metric.split(".")[0] ?? "";

const canBe = (by: Grouping, metric: string): boolean => Object.hasOwn(measuredIn[by], typeOf(metric));

const names = catalogue.map(({ group, field }) => `${group.type}.${field}`).filter((name) => groupings.some((by) => canBe(by, name)));

const nearest = (given: string): string =>
  names.reduce((best, name) =>
    distance(name.toLowerCase(), given.toLowerCase()) < distance(best.toLowerCase(), given.toLowerCase()) ? name : best,
  );

const metric = z.string("the name of a metric").refine((given) => names.includes(given), {
  error: ({ input }) =>
    `a metric of ${[...new Set(names.map(typeOf))].join(", ")}, as Query.metricCatalog names it, of which ${nearest(String(input))} is nearest`,
});

const id = text(/^-?\d{1,19}$/, "digits, with at most a minus sign in front");

const set = mapOf({
  metrics: listOf(metric).min(1, "a list of at least one metric").max(100, "a list of at most 100 metrics"),
  by: oneOf(groupings),
  ids: listOf(id).min(1, `a list of 1 to ${mostEntities} ids`).max(mostEntities, `a list of 1 to ${mostEntities} ids`).optional(),
  lastMinutes: whole(1, 1440, 60),
  accounts: listOf(accountId()).min(1, "a list of at least one account id").optional(),
}).superRefine(({ metrics, by, ids }, context) => {
  for (const [index, name] of metrics.entries()) {
    if (canBe(by, name) || !names.includes(name)) continue;
    const could = groupings.filter((grouping) => canBe(grouping, name)).join(" or ");
    context.addIssue({ code: "custom", path: ["metrics", index], message: `a metric that can be had by ${by} (this one: by ${could})` });
  }
  if (by === "account" && ids) context.addIssue({ code: "custom", path: ["ids"], message: "left out where figures are by account" });
});

const schema = mapOf({
  everySeconds: whole(5, 3600, 15),
  figures: listOf(set).min(1, "a list of at least one set of figures").max(50, "a list of at most 50 sets of figures"),
});

/** What a problem says of an account that figures are asked of. */
export interface KnownAccount {
  id: string;
  credentials: { kind: string };
}

/** What BUSINESS_METRICS_FILE says; undefined when there is a problem, which is told. `accounts`: those of the gateway, empty while they are not known. */
export function businessMetricsOf(file: YamlFile, accounts: readonly KnownAccount[]): BusinessMetrics | undefined {
  const read = fromYamlFile(file, schema);
  if (!read) return undefined;
  const sets = read.figures.map((each) => ({ ...each, ids: each.ids ?? null, accounts: each.accounts ?? null }));
  const at = `${file.setting} ${JSON.stringify(file.path)}`;
  for (const problem of [...strangers(sets, accounts), ...twice(sets)]) file.tell(`${at}: ${problem}`);
  return { everySeconds: read.everySeconds, sets };
}

function* strangers(sets: readonly FigureSet[], accounts: readonly KnownAccount[]): Generator<string> {
  if (accounts.length === 0) return;
  const askable = accounts.filter(({ credentials }) => credentials.kind !== "caller").map(({ id }) => id);
  const bound = `an account that is read with a credential of the gateway's own${askable.length > 0 ? `: ${askable.join(", ")}` : ", and there is none"}`;
  if (askable.length === 0) yield `figures must be of ${bound}.`;
  for (const [index, { accounts: asked }] of sets.entries())
    for (const [place, account] of (asked ?? []).entries())
      if (askable.length > 0 && !askable.includes(account))
        yield `figures[${index}].accounts[${place}] must be ${bound}, but is ${JSON.stringify(account)}.`;
}

/** Two sets with the same figure would write the same series. */
function* twice(sets: readonly FigureSet[]): Generator<string> {
  const seen = new Map<string, string>();
  for (const [index, { metrics, by, lastMinutes }] of sets.entries()) {
    for (const [place, name] of metrics.entries()) {
      const key = JSON.stringify([name, by, typeOf(name) === "CurrentMetrics" ? null : lastMinutes]);
      const here = `figures[${index}].metrics[${place}]`;
      const before = seen.get(key);
      if (before) yield `${here} must be a figure that no other set has, but ${name} by ${by} is in ${before} too.`;
      seen.set(key, before ?? here);
    }
  }
}
