import { ArgsType, Field } from "type-graphql";
import {
  After,
  EveryMinutes,
  FirstRows,
  HandleTimeBy,
  IncludeBotSkills,
  intervalBetween,
  intervalMinutes,
  OnlyConversation,
  OnlyId,
  OrBetween,
  OrLastMinutes,
} from "./argument.js";
import type { HandleTimeModel } from "./handle-time-model.js";
import { IntervalGrouping } from "./interval-grouping.js";
import type { MetricWindowInput } from "./metric-window-input.js";

const orLastMinutes = () =>
  OrLastMinutes(`at least everyMinutes, ${intervalMinutes}`, "the last 60 minutes, or everyMinutes where that is longer");
const SplitBy = () =>
  Field(() => [IntervalGrouping], {
    defaultValue: [],
    description: "What rows are kept apart by, besides this entity. Order and repeats do not matter.",
  });

/** ContactCenter.intervals. */
@ArgsType()
export class ContactCenterIntervalsArguments {
  @orLastMinutes()
  lastMinutes?: number | null;
  @OrBetween(intervalBetween)
  between?: MetricWindowInput | null;
  @EveryMinutes()
  everyMinutes!: number;
  @Field(() => [IntervalGrouping], {
    defaultValue: [IntervalGrouping.SKILL],
    description: "What rows are kept apart by; at least one. Order and repeats do not matter.",
  })
  groupBy!: IntervalGrouping[];
  @HandleTimeBy()
  handleTimeModel!: HandleTimeModel;
  @OnlyId("agent")
  agentId?: string | null;
  @OnlyId("skill")
  skillId?: string | null;
  @OnlyId("agent group")
  agentGroupId?: string | null;
  @OnlyConversation()
  conversationId?: string | null;
  @IncludeBotSkills()
  includeBotSkills!: boolean;
  @FirstRows()
  first?: number | null;
  @After()
  after?: string | null;
}

/** Agent.intervals, Skill.intervals, AgentGroup.intervals. */
@ArgsType()
export class EntityIntervalsArguments {
  @orLastMinutes()
  lastMinutes?: number | null;
  @OrBetween(intervalBetween)
  between?: MetricWindowInput | null;
  @EveryMinutes()
  everyMinutes!: number;
  @SplitBy()
  splitBy!: IntervalGrouping[];
  @HandleTimeBy()
  handleTimeModel!: HandleTimeModel;
  @IncludeBotSkills()
  includeBotSkills!: boolean;
  @FirstRows()
  first?: number | null;
  @After()
  after?: string | null;
}

/** Conversation.intervals. */
@ArgsType()
export class ConversationIntervalsArguments {
  @orLastMinutes()
  lastMinutes?: number | null;
  @OrBetween(intervalBetween)
  between?: MetricWindowInput | null;
  @EveryMinutes()
  everyMinutes!: number;
  @SplitBy()
  splitBy!: IntervalGrouping[];
  @HandleTimeBy()
  handleTimeModel!: HandleTimeModel;
  @FirstRows()
  first?: number | null;
  @After()
  after?: string | null;
}

/** Conversation.handling. */
@ArgsType()
export class ConversationHandlingArguments {
  @OrLastMinutes(intervalMinutes, "in a list the window of the list, else the last 60 minutes")
  lastMinutes?: number | null;
  @OrBetween(intervalBetween)
  between?: MetricWindowInput | null;
  @HandleTimeBy()
  handleTimeModel!: HandleTimeModel;
}
