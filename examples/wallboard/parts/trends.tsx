import { conditionOf, worstOf } from "../condition.js";
import type { DaySubscription } from "../generated/graphql.js";
import { beginOfToday } from "../today.js";
import type { Feed } from "../use-feed.js";
import { Age } from "./age.js";
import { LineChart } from "./line-chart.js";

const halfHour = 1_800_000;

interface Props {
  feed: Feed<DaySubscription>;
  skills: readonly string[];
  now: number;
}

/** Lines of today, by half hours. Arrivals, closes and handle time add up over skills; the response time is of all skills. */
export function Trends({ feed, skills, now }: Props) {
  const begin = beginOfToday(now);
  const center = feed.data?.contactCenter;
  const sums = sumsOf(center?.halfHours?.nodes ?? [], skills, begin);
  const responses = (center?.agentSegments?.intervals ?? []).filter(({ from }) => Date.parse(from) >= begin);
  const line = (key: keyof Sums) => sums.map((sum) => sum[key]);
  const times = sums.map(({ time }) => time);
  const responseTimes = responses.map(({ from }) => Date.parse(from));
  const range = [begin, Math.max(begin + halfHour, ...times, ...responseTimes)] as const;
  return (
    <section className="panel trends" aria-labelledby="trends-title">
      <div className="section-head">
        <h2 id="trends-title">Today, by half hours</h2>
        <Age condition={worstOf([conditionOfHalfHours(feed, now), conditionOfResponses(feed, now)])} />
      </div>
      <div className="charts">
        <LineChart
          title="Conversations"
          unit="COUNT"
          times={times}
          range={range}
          lines={[
            { label: "arrived", color: "--first-line", values: line("arrivals") },
            { label: "closed", color: "--second-line", values: line("closed") },
          ]}
        />
        <LineChart
          title="Handle time, all agents"
          unit="MILLISECONDS"
          times={times}
          range={range}
          lines={[{ label: "handle time", color: "--first-line", values: line("handleTime") }]}
        />
        <LineChart
          title="Time to respond, all skills"
          unit="MILLISECONDS"
          times={responseTimes}
          range={range}
          lines={[
            { label: "time to respond", color: "--first-line", values: responses.map((each) => each.avgTimeToResponseFromAgentAssignment) },
          ]}
        />
      </div>
    </section>
  );
}

interface Sums {
  time: number;
  arrivals: number | null;
  closed: number | null;
  handleTime: number | null;
}
type Row = NonNullable<NonNullable<DaySubscription["contactCenter"]>["halfHours"]>["nodes"][number];

function sumsOf(nodes: readonly Row[], skills: readonly string[], begin: number): Sums[] {
  const sums = new Map<number, Sums>();
  for (const { from, skill, arrivals, closedConversations, handleTime } of nodes) {
    const time = Date.parse(from);
    if (time < begin || (skills.length > 0 && !(skill && skills.includes(skill.id)))) continue;
    const sum = sums.get(time) ?? { time, arrivals: null, closed: null, handleTime: null };
    sums.set(time, {
      time,
      arrivals: added(sum.arrivals, arrivals),
      closed: added(sum.closed, closedConversations),
      handleTime: added(sum.handleTime, handleTime),
    });
  }
  return [...sums.values()].sort((a, b) => a.time - b.time);
}

/** Where no row has a figure, the sum has none. */
const added = (sum: number | null, value: number | null): number | null => (value === null ? sum : (sum ?? 0) + value);

export const conditionOfHalfHours = ({ data, errors }: Feed<DaySubscription>, now: number) => {
  const center = data?.contactCenter;
  return conditionOf(center?.halfHours, "INTERVAL_METRICS", ["contactCenter", "halfHours"], errors, now);
};

export const conditionOfResponses = ({ data, errors }: Feed<DaySubscription>, now: number) => {
  const center = data?.contactCenter;
  return conditionOf(center?.agentSegments, "AGENT_SEGMENTS", ["contactCenter", "agentSegments"], errors, now);
};
