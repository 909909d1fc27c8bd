import { agentSegmentMetrics } from "../../../catalogue/agent-segments.js";
import type { Window } from "../../../time.js";
import type { AgentSegmentsCall, ExchangeRequest, Fetch } from "../../call.js";
import type { AgentSegmentsLevel, Rows, Values } from "../../question.js";
import { AnswerReader, type Json } from "../answer-reader.js";
import { idList, requestPath } from "../request-path.js";
import { readSegments, totalOf } from "../segments/reading.js";

/**
 * One GET of msgagentsegments, whatever the number of agents and skills. `window` ends when the platform was asked, or
 * where its intervals end. `total` is the platform's own, over exactly the agents of the call.
 */
export const fetchAgentSegments: Fetch<"agent-segments"> = async (call, { account, exchange, read }) => {
  const response = await exchange(agentSegmentsRequest(call, account));
  const reader = new AnswerReader("AGENT_SEGMENTS", account);
  const reply = readSegments(response, call, reader, (level, window) => readLevel(level, window, call, reader));
  read({ rows: reply.agents.size });
  return { reply, pages: 1, bytes: response.bytes, remarks: [] };
};

export const agentSegmentsRequest = (call: AgentSegmentsCall, account: string): ExchangeRequest => ({
  service: "operations",
  method: "GET",
  path: requestPath(`/operations/api/account/${encodeURIComponent(account)}/msgagentsegments`, {
    v: 1,
    timeframe: call.lastMinutes,
    interval: call.everyMinutes,
    agentIds: idList(call.agents),
    skillIds: call.skills && idList(call.skills),
    groupIds: call.groupIds && idList(call.groupIds),
    userType: call.userType.toLowerCase(),
    source: call.source,
  }),
});

function readLevel(level: Json | null, window: Window, { skills }: AgentSegmentsCall, reader: AnswerReader): AgentSegmentsLevel {
  if (level === null) return { window, agents: new Map(), bySkill: skills && new Map(), total: null };
  const agents = readAgents(reader.object(level.agentsMetrics, "agentsMetrics"), reader);
  if (skills && agents.size > 0) reader.object(level.metricsPerSkill, "metricsPerSkill");
  return {
    window,
    agents,
    bySkill: skills && readSkills(level, reader),
    total: readValues(reader.object(totalOf(level), "metricsTotal"), reader),
  };
}

const readSkills = (level: Json, reader: AnswerReader): ReadonlyMap<string, Rows> =>
  new Map(
    Object.entries(reader.map(level.metricsPerSkill, "metricsPerSkill")).map(([id, skill]) => [
      id,
      readAgents(reader.object(skill, "a skill"), reader),
    ]),
  );

const readAgents = (section: Json, reader: AnswerReader): Rows =>
  reader.rows(reader.map(section.metricsPerAgent, "metricsPerAgent"), "an agent", (raw) => readValues(raw, reader));

const readValues = (raw: Json, reader: AnswerReader): Values =>
  reader.segmentValues(agentSegmentMetrics, "totalAgentConversationSegments", raw);
