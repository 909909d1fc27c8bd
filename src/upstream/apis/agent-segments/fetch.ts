import { agentSegmentMetrics } from "../../../catalogue/agent-segments.js";
import type { Window } from "../../../time.js";
import type { AgentSegmentsCall, ExchangeRequest, Fetch } from "../../call.js";
import type { AgentSegmentsLevel, AgentSegmentsQuestion, AgentSegmentsReply, Rows, SegmentsSection, Values } from "../../question.js";
import { AnswerReader, type Json, Sections } from "../answer-reader.js";
import { idList, requestPath } from "../request-path.js";
import { type Place, readSegments, segmentsFault, skillsOf, totalOf } from "../segments/segments.js";

/**
 * One GET of msgagentsegments, whatever the number of agents and skills. `window` ends when the platform was asked, or
 * where its intervals end. `total` is the platform's own, over exactly the agents of the call.
 */
export const fetchAgentSegments: Fetch<"agent-segments"> = async (call, { account, exchange, read }) => {
  const response = await exchange(agentSegmentsRequest(call, account));
  const reader = new AnswerReader("AGENT_SEGMENTS", account);
  const sections = new Sections<SegmentsSection>();
  const parts = { call, reader, sections };
  const reply = readSegments(response, call, { ...parts, readLevel: (level, window, place) => readLevel(level, window, place, parts) });
  read({ rows: reply.agents.size });
  return { reply, pages: 1, bytes: response.bytes, remarks: [] };
};

export const agentSegmentsRequest = (call: AgentSegmentsCall, account: string): ExchangeRequest => ({
  service: "operations",
  method: "GET",
  idsAreKeys: true,
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

interface Parts {
  call: AgentSegmentsCall;
  reader: AnswerReader;
  sections: Sections<SegmentsSection>;
}

function readLevel(level: Json | null, window: Window, place: Place, { call: { skills }, reader, sections }: Parts): AgentSegmentsLevel {
  if (level === null) return { window, agents: new Map(), bySkill: skills && new Map(), total: null };
  const rows = () => readAgents(reader.requiredMap(level.agentsMetrics, "agentsMetrics"), reader);
  const agents = sections.read(`${place}rows`, rows, null);
  const bySkill = () => readSkills(level, agents?.size !== 0, reader);
  const total = () => readValues(reader.object(totalOf(level, level.agentsMetrics), "metricsTotal"), reader);
  return {
    window,
    agents: agents ?? new Map(),
    bySkill: skills && sections.read(`${place}bySkill`, bySkill, new Map()),
    total: sections.read(`${place}total`, total, null),
  };
}

/** `isThere`: agents have rows, so the map of skills may not be left out. */
function readSkills(level: Json, isThere: boolean, reader: AnswerReader): ReadonlyMap<string, Rows> {
  const section = skillsOf(level, "metricsPerSkill");
  const skills = isThere ? reader.requiredMap(section, "metricsPerSkill") : reader.map(section, "metricsPerSkill");
  return new Map(Object.entries(skills).map(([id, skill]) => [id, readAgents(reader.requiredMap(skill, "a skill"), reader)]));
}

const readAgents = (section: Json, reader: AnswerReader): Rows =>
  reader.rows(reader.map(section.metricsPerAgent, "metricsPerAgent"), "an agent", (raw) => readValues(raw, reader));

const readValues = (raw: Json, reader: AnswerReader): Values =>
  reader.segmentValues(agentSegmentMetrics, agentSegmentMetrics.metrics.totalAgentConversationSegments, raw);

/** The message of the faulty section that the question needs; null when the reply can answer it. */
export const faultFor = ({ faults }: AgentSegmentsReply, { of, everyMinutes, skills }: AgentSegmentsQuestion): string | null =>
  segmentsFault(faults, { of, everyMinutes, split: skills !== null });
