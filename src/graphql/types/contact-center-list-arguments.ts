import { ArgsType, Field } from "type-graphql";
import { AgentSegmentOrder } from "./agent-segment-order.js";
import { After, First, HandleTimeBy, Ids, intervalBetween, intervalMinutes, OnlyId, OrBetween, OrLastMinutes } from "./argument.js";
import type { HandleTimeModel } from "./handle-time-model.js";
import { KeyMetricOrder } from "./key-metric-order.js";
import type { MetricWindowInput } from "./metric-window-input.js";

const ofIdsOr50 = "Length of the page, 1 to 500; left out: all of ids, else 50.";

/** ContactCenter.agents. */
@ArgsType()
export class ContactCenterAgentsArguments {
  @Ids()
  ids?: string[] | null;
  @Field(() => AgentSegmentOrder, { nullable: true, description: "Order by a metric; left out: as ids are given, else by id." })
  orderBy?: AgentSegmentOrder | null;
  @First(ofIdsOr50)
  first?: number | null;
  @After()
  after?: string | null;
}

/** ContactCenter.skills, ContactCenter.agentGroups. */
@ArgsType()
export class ContactCenterKeysArguments {
  @Ids()
  ids?: string[] | null;
  @Field(() => KeyMetricOrder, { nullable: true, description: "Order by a metric; left out: as ids are given, else by id." })
  orderBy?: KeyMetricOrder | null;
  @First(ofIdsOr50)
  first?: number | null;
  @After()
  after?: string | null;
}

/** ContactCenter.conversations. */
@ArgsType()
export class ContactCenterConversationsArguments {
  @OrLastMinutes(intervalMinutes)
  lastMinutes?: number | null;
  @OrBetween(intervalBetween)
  between?: MetricWindowInput | null;
  @HandleTimeBy()
  handleTimeModel!: HandleTimeModel;
  @OnlyId("agent")
  agentId?: string | null;
  @OnlyId("skill")
  skillId?: string | null;
  @OnlyId("agent group")
  agentGroupId?: string | null;
  @First()
  first?: number | null;
  @After()
  after?: string | null;
}
