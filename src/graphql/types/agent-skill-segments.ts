import { Field, ObjectType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import type { Values } from "../../upstream/question.js";
import { assignMetrics } from "../metric-fields.js";
import { Agent } from "./agent.js";
import { AgentSegmentMetrics } from "./agent-segment-metrics.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";
import { Skill } from "./skill.js";

@ObjectType({
  simpleResolvers: true,
  implements: [Measured, AgentSegmentMetrics],
  description: "Segments of one agent within one skill.",
})
export class AgentSkillSegments extends Measured {
  @Field(() => MetricWindow, { description: "The window of all metrics of this object." })
  readonly window: MetricWindow;
  @Field(() => Agent, { nullable: true, description: 'The agent. Null when the platform names none (key "null").' })
  readonly agent: Agent | null;
  @Field(() => Skill, { nullable: true, description: 'The skill. Null when the platform names none (key "null").' })
  readonly skill: Skill | null;

  constructor(values: Values, measurement: Measurement, { agent, skill }: Pick<AgentSkillSegments, "agent" | "skill">) {
    super(measurement);
    this.window = new MetricWindow(measurement.window);
    this.agent = agent;
    this.skill = skill;
    assignMetrics(this, agentSegmentMetrics, values);
  }
}
