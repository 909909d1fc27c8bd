import type { Break } from "./breaks.js";
import type { ErrorForm } from "./error-body.js";
import type { RetryAfterForm } from "./refusal.js";

/** Ways in which the real service is known, or feared, to answer differently. */
export interface WireVariants {
  /** Key of the totals of both segment APIs. Default "metricsTotal". */
  totalsName: "metricsTotal" | "metricsTotals";
  /** "section": totals stand in `agentsMetrics`, in each skill of agent segments, and in `skillsMetrics`. Default "level". */
  totalsPlace: "level" | "section";
  /** Key of agent segments by skill; the last one wraps them once more. Default "metricsPerSkill". */
  agentSkillsName: "metricsPerSkill" | "skillsMetrics" | "skillsMetricsPerAgent";
  /** Key of skill segments; the last one wraps them, and their figures are totals. Default "skillsMetrics". */
  skillsName: "skillsMetrics" | "skillsMetricsPerAgent";
  /** True: a map without entries is written as an empty list, in key metrics too. */
  emptyMapsAsLists: boolean;
  /** Whether an interval's figures stand in `metricsData`. Default agent true, skill false. */
  agentIntervalsWrapped: boolean;
  skillIntervalsWrapped: boolean;
  /** Default agent "ascending", skill "descending". */
  agentIntervalOrder: "ascending" | "descending";
  skillIntervalOrder: "ascending" | "descending";
  /** False: intervals in which nothing happened are left out. Default true. */
  emptyIntervals: boolean;
  /** True: skill -1 goes by the key "null", in key metrics by null, and every agent map holds a "null" row of nothing. */
  nullKeys: boolean;
  /** True: every agent map holds a row "-1" that is no agent's, with the segments of one. */
  agentMinusOne: boolean;
  /** True: fromL and toL of interval metrics are strings. */
  longsAsStrings: boolean;
  /** Ids in rows of interval metrics; "mixed" changes from row to row, as in the vendor's example. Default "mixed". */
  rowIds: "mixed" | "number" | "string";
  /** True: Longs of key metrics are written 3986.0. */
  longsAsDecimals: boolean;
  /** True: fromL and toL of interval rows are two hours early, as in the vendor's example. */
  rowTimesShifted: boolean;
  /** "keys": nextPageKey and refs.next. "refs": only refs. "offsets": refs with limit and offset, as in the vendor's example. */
  paging: "keys" | "refs" | "offsets";
  /** True: before every further page comes one with count 0 that carries a nextPageKey. */
  emptyPages: boolean;
  /** True: interval metrics return the interval that started before `from` and reaches into the window, too. */
  startedBefore: boolean;
  /** What key metrics answer when responseSections is missing. Default both. */
  defaultSections: ("all" | "groupBy")[];
  /** True: key metrics leave the section `all` out, though it was asked for. */
  withoutAll: boolean;
  /** True: counts of key metrics that are 0 are left out. */
  zeroCountsAbsent: boolean;
  /** How far back key metrics may be asked. Default 24. */
  keyMetricsLookbackHours: number;
  /** baseURI of the domain look-up. Default "host", as the real one answers. */
  baseUri: "scheme" | "host" | "path";
  /** Answer of interval metrics when the feature is off for the account. Default "on". */
  intervalFeature: "on" | 401 | 403;
  /** Form of every refusal's body; null: what fits the status. */
  errorForm: ErrorForm | null;
  /** Retry-After of refusals over a limit (one second). Default "none". */
  limitRetryAfter: RetryAfterForm;
  /** Life of an issued token. Default 3600. */
  tokenSeconds: number;
  /** Answers that are not what asking for their parts alone would give. Default none. */
  breaks: readonly Break[];
}

export const documented: WireVariants = {
  totalsName: "metricsTotal",
  totalsPlace: "level",
  agentSkillsName: "metricsPerSkill",
  skillsName: "skillsMetrics",
  emptyMapsAsLists: false,
  agentIntervalsWrapped: true,
  skillIntervalsWrapped: false,
  agentIntervalOrder: "ascending",
  skillIntervalOrder: "descending",
  emptyIntervals: true,
  nullKeys: false,
  agentMinusOne: false,
  longsAsStrings: false,
  rowIds: "mixed",
  longsAsDecimals: false,
  rowTimesShifted: false,
  paging: "keys",
  emptyPages: false,
  startedBefore: false,
  defaultSections: ["all", "groupBy"],
  withoutAll: false,
  zeroCountsAbsent: false,
  keyMetricsLookbackHours: 24,
  baseUri: "host",
  intervalFeature: "on",
  errorForm: null,
  limitRetryAfter: "none",
  tokenSeconds: 3600,
  breaks: [],
};
