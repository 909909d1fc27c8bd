import { type CSSProperties, useEffect, useRef, useState } from "react";
import { conditionOf } from "../condition.js";
import { formatted, hourOf } from "../format.js";
import type { DaySubscription } from "../generated/graphql.js";
import { nameOfSkill } from "../metrics.js";
import { beginOfToday } from "../today.js";
import type { Feed } from "../use-feed.js";
import { Age } from "./age.js";

const minute = 60_000;
const measures = {
  arrivals: { title: "Arrivals", told: (value: number) => formatted(value, "COUNT") },
  handleTimePerHandledConversation: {
    title: "Handle time per conversation, minutes",
    told: (value: number) => formatted(value / minute, "MESSAGES"),
  },
} as const;
type Measure = keyof typeof measures;

interface Props {
  feed: Feed<DaySubscription>;
  skills: readonly string[];
  now: number;
}

/** Skills by hours of today, the busiest skill first; a table, so that every reader can walk through it. */
export function HeatMap({ feed, skills, now }: Props) {
  const [measure, setMeasure] = useState<Measure>("arrivals");
  const { told } = measures[measure];
  const list = feed.data?.contactCenter?.hours;
  const rows = rowsOf(list?.nodes ?? [], skills, beginOfToday(now), measure);
  const hours = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort();
  const highest = Math.max(...rows.flatMap(({ cells }) => [...cells.values()]), 0);
  const region = useRef<HTMLElement>(null);
  // Where not all hours fit, the latest are in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new hour is a new width.
  useEffect(() => void region.current?.scrollTo({ left: region.current.scrollWidth }), [hours.length]);
  return (
    <section className="panel hours" aria-labelledby="heat-title">
      <div className="section-head">
        <h2 id="heat-title">Skills by hour, today</h2>
        <label className="choice">
          <span className="unseen">Figure of the heat map</span>
          <select value={measure} onChange={({ target }) => setMeasure(target.value as Measure)}>
            {Object.entries(measures).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <Age condition={conditionOfHours(feed, now)} />
        {(list?.pending.length ?? 0) > 0 && <span className="age">the platform still computes {list?.pending.length} of the hours</span>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label="Table of skills by hour" tabIndex={0} ref={region}>
        <table className="heat">
          <thead>
            <tr>
              <th scope="col">Skill</th>
              {hours.map((hour) => (
                <th scope="col" key={hour}>
                  {hourOf(new Date(hour))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, cells }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                {hours.map((hour) => {
                  const value = cells.get(hour);
                  const style = { "--heat": value === undefined ? 0 : value / highest } as CSSProperties;
                  return (
                    <td key={hour} className={value === undefined ? "none" : ""} style={style}>
                      {value === undefined ? "–" : told(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

type Row = NonNullable<NonNullable<DaySubscription["contactCenter"]>["hours"]>["nodes"][number];

function rowsOf(nodes: readonly Row[], skills: readonly string[], begin: number, measure: Measure) {
  const rows = new Map<string, { id: string; name: string; cells: Map<string, number> }>();
  for (const { from, skill, [measure]: value } of nodes) {
    if (!skill || value === null || Date.parse(from) < begin || (skills.length > 0 && !skills.includes(skill.id))) continue;
    const row = rows.get(skill.id) ?? { id: skill.id, name: nameOfSkill(skill), cells: new Map() };
    row.cells.set(from, value);
    rows.set(skill.id, row);
  }
  const sum = ({ cells }: { cells: Map<string, number> }) => [...cells.values()].reduce((total, value) => total + value, 0);
  return [...rows.values()].sort((a, b) => sum(b) - sum(a));
}

export const conditionOfHours = ({ data, errors }: Feed<DaySubscription>, now: number) => {
  const center = data?.contactCenter;
  return conditionOf(center?.hours, "INTERVAL_METRICS", ["contactCenter", "hours"], errors, now);
};
