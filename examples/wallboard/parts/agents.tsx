import { conditionOf, worstOf } from "../condition.js";
import { formatted } from "../format.js";
import type { AgentsSubscription } from "../generated/graphql.js";
import { nextLevel, type Threshold } from "../thresholds.js";
import type { Feed } from "../use-feed.js";
import { Age } from "./age.js";
import { levelNames, Sign } from "./sign.js";

type Center = NonNullable<AgentsSubscription["contactCenter"]>;

interface Props {
  feed: Feed<AgentsSubscription>;
  group: string | null;
  thresholds: readonly Threshold[];
  now: number;
}

/** Groups by load, fullest first, and the agents who had most to do in the last hour. */
export function Agents({ feed, group, thresholds, now }: Props) {
  const threshold = thresholds.find(({ metric }) => metric === "CurrentMetrics.humanAgentLoad");
  const groups = (feed.data?.contactCenter?.agentGroups?.nodes ?? []).filter(({ id }) => group === null || id === group);
  const agents = (feed.data?.contactCenter?.agents?.nodes ?? []).filter(({ segments }) => segments !== null);
  return (
    <>
      <section className="panel groups" aria-labelledby="groups-title">
        <div className="section-head">
          <h2 id="groups-title">Groups by load</h2>
          <Age condition={conditionOfGroups(feed, now)} />
        </div>
        <ul className="rows">
          {[...groups].sort(fullestFirst).map((each) => (
            <Group key={each.id} {...each} threshold={threshold} />
          ))}
        </ul>
      </section>
      <section className="panel agents-panel" aria-labelledby="agents-title">
        <div className="section-head">
          <h2 id="agents-title">Agents by activity, last hour</h2>
          <Age condition={conditionOfAgents(feed, now)} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className="scroll agents" aria-label="Table of agents" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Agent</th>
                <th scope="col">Assigned</th>
                <th scope="col">Answered</th>
                <th scope="col">Response</th>
                <th scope="col">Duration</th>
              </tr>
            </thead>
            <tbody>
              {agents.map(({ id, name, segments }) => (
                <tr key={id}>
                  <th scope="row">{name ?? `Agent ${id}`}</th>
                  <td>{formatted(segments?.totalAgentConversationSegments, "COUNT")}</td>
                  <td>{formatted(segments?.interactiveAgentSegments, "COUNT")}</td>
                  <td>{formatted(segments?.avgTimeToResponseFromAgentAssignment, "MILLISECONDS")}</td>
                  <td>{formatted(segments?.avgAgentSegmentDuration, "MILLISECONDS")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </section>
    </>
  );
}

type GroupFigures = NonNullable<Center["agentGroups"]>["nodes"][number];

/** Marked by the threshold of the load, as the load of a skill is. */
function Group({ id, name, current, threshold }: GroupFigures & { threshold: Threshold | undefined }) {
  const load = current?.humanAgentLoad ?? null;
  const level = load === null || !threshold ? "fine" : levelNames[nextLevel(undefined, load, threshold)];
  return (
    <li className={`group level-${level}`}>
      <span className="group-name" id={`group-${id}`}>
        {name ?? `Group ${id}`}
      </span>
      {load === null ? (
        <span className="group-none">–</span>
      ) : (
        <meter min={0} max={1} value={Math.min(1, load)} aria-labelledby={`group-${id}`} />
      )}
      <span className="group-load">
        {level !== "fine" && (
          <>
            <Sign shape={level} /> <span className="unseen">({level}) </span>
          </>
        )}
        {formatted(load, "RATIO")}
      </span>
      <span className="group-people">
        {formatted(current?.onlineAgents, "COUNT")} online, {formatted(current?.awayAgents, "COUNT")} away
      </span>
    </li>
  );
}

const fullestFirst = (a: GroupFigures, b: GroupFigures): number =>
  (b.current?.humanAgentLoad ?? -1) - (a.current?.humanAgentLoad ?? -1) || (b.current?.onlineAgents ?? 0) - (a.current?.onlineAgents ?? 0);

export function conditionOfGroups({ data, errors }: Feed<AgentsSubscription>, now: number) {
  const center = data?.contactCenter;
  const path = ["contactCenter", "agentGroups"];
  const groups = center?.agentGroups;
  if (!groups) return conditionOf(groups, "KEY_METRICS", path, errors, now);
  return worstOf(
    groups.nodes.map(({ current }, index) => conditionOf(current, "KEY_METRICS", [...path, "nodes", index, "current"], errors, now)),
  );
}

/** An agent without figures had no segment, which is no failure. */
export function conditionOfAgents({ data, errors }: Feed<AgentsSubscription>, now: number) {
  const center = data?.contactCenter;
  const path = ["contactCenter", "agents"];
  const agents = center?.agents;
  if (!agents) return conditionOf(agents, "AGENT_SEGMENTS", path, errors, now);
  return worstOf(
    agents.nodes.map(({ segments }, index) => conditionOf(segments, "AGENT_SEGMENTS", [...path, "nodes", index, "segments"], errors, now)),
  );
}
