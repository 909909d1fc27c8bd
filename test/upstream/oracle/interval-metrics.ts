import type { IntervalMetricsCall } from "../../../src/upstream/call.js";
import type { Grouping, IntervalFilters, IntervalMetricsQuestion } from "../../../src/upstream/question.js";
import { product, remembered, type Universe, weighed } from "./cover.js";

/** Interval metrics of two skills, two agents and a bot skill, over a day and a half in pieces between these hours. */
const hourMs = 3_600_000;
export const hours = [0, 6, 12, 24, 30, 36];
const pieces = hours.slice(1).map((to, index) => ({ from: hours[index]! * hourMs, to: to * hourMs }));
const longestMs = 24 * hourMs;
const ids = { SKILL: ["10", "20", "bot"], AGENT: ["1", "2", "99"] } as const;
type Kind = keyof typeof ids;
export const named: Readonly<Record<Kind, readonly string[]>> = { SKILL: ["10", "20"], AGENT: ["1", "2"] };

interface Event {
  piece: number;
  SKILL: string;
  AGENT: string;
}
const table: Event[] = product([...pieces.keys()], product(ids.SKILL, ids.AGENT)).map(([piece, [SKILL, AGENT]]) => ({
  piece,
  SKILL,
  AGENT,
}));
const { sum } = weighed(table);

interface Row {
  piece: number;
  everyMinutes: number;
  ids: Partial<Record<Kind, string>>;
  value: string;
}

/** Rows of every piece of the window, filtered as the call says; those of bots alone only when asked for. */
const answer = remembered((call: IntervalMetricsCall): Row[] => {
  const { grouping, filters, window, everyMinutes, includeBotSkills } = call;
  const kinds = Object.keys(ids) as Kind[];
  const passes = (event: Event) => kinds.every((kind) => filters[kind] === undefined || filters[kind] === event[kind]);
  const within = [...pieces.keys()].filter((piece) => pieces[piece]!.from >= window.from && pieces[piece]!.to <= window.to);
  const groups = product(grouping.includes("SKILL") ? ids.SKILL : [undefined], grouping.includes("AGENT") ? ids.AGENT : [undefined]);
  return product(within, groups).flatMap(([piece, [SKILL, AGENT]]) => {
    const counts = (event: Event) =>
      event.piece === piece && (!SKILL || event.SKILL === SKILL) && (!AGENT || event.AGENT === AGENT) && passes(event);
    if (!table.some(counts) || (SKILL === "bot" && !includeBotSkills)) return [];
    return [
      { piece, everyMinutes, ids: { ...(SKILL && { SKILL }), ...(AGENT && { AGENT }) }, value: `${call.handleTimeModel} ${sum(counts)}` },
    ];
  });
});

const reading = remembered(
  (call: IntervalMetricsCall, { window, filters, includeBotSkills, grouping }: IntervalMetricsQuestion): string => {
    if (call.grouping.join() !== grouping.join()) return "another grouping";
    if (call.window.to - call.window.from > longestMs) return "refused: longer than a day";
    if (call.window.from > window.from || call.window.to < window.to) return "not the whole window";
    const picked = (row: Row) => Object.entries(row.ids).every(([kind, id]) => (filters[kind as Grouping] ?? id) === id);
    const wanted = ({ from, to }: (typeof pieces)[number]) => from >= window.from && to <= window.to;
    return JSON.stringify(
      answer(call).filter((row) => wanted(pieces[row.piece]!) && picked(row) && (includeBotSkills || row.ids.SKILL !== "bot")),
    );
  },
);

export const rowsPerPage = 500;

/** `rowsPerSlot`: of unpicked rows with these filters, as far as earlier answers showed it. */
export const intervalMetricsUniverse = (
  rowsPerSlot: (grouping: readonly Grouping[], filters: IntervalFilters) => number | undefined,
): Universe<IntervalMetricsQuestion, IntervalMetricsCall> => ({
  *calls(questions) {
    const scopes = questions.map(({ grouping, everyMinutes, handleTimeModel }) =>
      JSON.stringify({ grouping, everyMinutes, handleTimeModel }),
    );
    const spans = product(hours, hours).filter(([from, to]) => from < to && (to - from) * hourMs <= longestMs);
    const picks = product([undefined, ...named.SKILL], [undefined, ...named.AGENT]);
    for (const [[scope, [from, to]], [[SKILL, AGENT], includeBotSkills]] of product(
      product([...new Set(scopes)], spans),
      product(picks, [true, false]),
    )) {
      yield {
        api: "interval-metrics",
        ...(JSON.parse(scope) as Pick<IntervalMetricsQuestion, "grouping" | "everyMinutes" | "handleTimeModel">),
        window: { from: from * hourMs, to: to * hourMs },
        filters: { ...(SKILL && { SKILL }), ...(AGENT && { AGENT }) },
        includeBotSkills,
      };
    }
  },
  answers: (call, question) => reading(call, question) === reading(question, question),
  cost({ grouping, filters, window, everyMinutes }) {
    const picked = Object.keys(filters).some((kind) => grouping.includes(kind as Grouping));
    const rows = (rowsPerSlot(grouping, filters) ?? 0) * ((window.to - window.from) / (everyMinutes * 60_000));
    return picked ? 1 : Math.max(1, Math.ceil(rows / rowsPerPage));
  },
});
