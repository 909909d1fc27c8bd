import { Field, ObjectType } from "type-graphql";
import { intervalMetrics } from "../../catalogue/interval-metrics.js";
import type { Window } from "../../time.js";
import { MetricField } from "../metric-fields.js";
import { Agent } from "./agent.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";
import { Skill } from "./skill.js";

const { handleTime, workTime } = intervalMetrics.metrics;
const sum = "Sum over the intervals of the window. ";

/** What a conversation's rows add up to: times in milliseconds, null without a row that carries them. */
export interface HandlingSums extends Pick<ConversationHandling, "handleTime" | "workTime" | "agents" | "skills"> {
  pending: readonly Window[];
}

@ObjectType({
  simpleResolvers: true,
  implements: [Measured],
  description: "Handling of one conversation over a window: sums of its interval rows.",
})
export class ConversationHandling extends Measured {
  @Field(() => MetricWindow, { description: "What was really asked: aligned to the platform's intervals." })
  readonly window: MetricWindow;
  @Field(() => [MetricWindow], { description: "Parts of the window that the platform is still computing: not in the sums yet." })
  readonly pending: MetricWindow[];
  @MetricField(handleTime, sum)
  readonly handleTime: number | null;
  @MetricField(workTime, sum)
  readonly workTime: number | null;
  @Field(() => [Agent], { nullable: true, description: "Agents who handled the conversation in the window, by id." })
  readonly agents: Agent[] | null;
  @Field(() => [Skill], { nullable: true, description: "Skills in which the conversation was handled in the window, by id." })
  readonly skills: Skill[] | null;

  constructor(measurement: Measurement, sums: HandlingSums) {
    super(measurement);
    this.window = new MetricWindow(measurement.window);
    this.pending = sums.pending.map((part) => new MetricWindow(part));
    this.handleTime = sums.handleTime;
    this.workTime = sums.workTime;
    this.agents = sums.agents;
    this.skills = sums.skills;
  }
}
