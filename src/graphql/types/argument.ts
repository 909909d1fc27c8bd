import { Field, ID, Int } from "type-graphql";
import { AgentUserType } from "./agent-user-type.js";
import { HandleTimeModel } from "./handle-time-model.js";
import { MetricWindowInput } from "./metric-window-input.js";

/** Arguments that several fields have, each with its type, default and description declared once. */

const idList = (what: string) => Field(() => [ID], { nullable: true, description: `${what} An empty list means none, never all.` });

export const AgentIds = () => idList("Only these agents; left out: all.");
export const AgentGroupIds = () => idList("Only agents of these groups; left out: all.");
export const SkillIds = () => idList("Only these skills; left out: all.");
export const Ids = () => idList("Exactly these, in this order, at most 500; ids that were never seen are listed too.");

const entityId = "Digits, with at most a minus sign in front: -?[0-9]{1,19}.";
const conversationId = "1 to 64 letters, digits, hyphens and underscores.";
export const EntityId = () => Field(() => ID, { description: entityId });
export const ConversationId = () => Field(() => ID, { description: conversationId });
export const OnlyId = (what: string) => Field(() => ID, { nullable: true, description: `Only rows of this ${what}. ${entityId}` });
export const OnlyConversation = () => Field(() => ID, { nullable: true, description: `Only rows of this conversation. ${conversationId}` });

export const LastMinutes = (description = "Window: the last n minutes, 1 to 1440.") => Field(() => Int, { defaultValue: 60, description });

/** lastMinutes where `between` may stand in its place; bounds as the APIs have them. */
export const OrLastMinutes = (bounds: string, otherwise = "the last 60 minutes") =>
  Field(() => Int, { nullable: true, description: `Window: the last n minutes, ${bounds}. Not with between; neither: ${otherwise}.` });
export const OrBetween = (bounds: string) =>
  Field(() => MetricWindowInput, { nullable: true, description: `Window: from one instant to another, ${bounds}. Not with lastMinutes.` });

export const keyMetricsMinutes = "1 to 1440";
export const keyMetricsBetween = "rounded outward to whole minutes, at most 24 hours";
export const intervalMinutes = "up to 20160 (14 days), ending at the last boundary passed";
export const intervalBetween = "within the last 14 days, aligned outward to whole intervals";

export const EveryMinutes = () => Field(() => Int, { defaultValue: 15, description: "Length of an interval: 15, 30, 60 or 1440 minutes." });
export const HandleTimeBy = () =>
  Field(() => HandleTimeModel, { defaultValue: HandleTimeModel.IFT, description: "How handleTime is measured." });
export const IncludeBotSkills = () =>
  Field(() => Boolean, {
    defaultValue: false,
    description: "Also rows without activity of a human agent: bots, arrivals and closes alone.",
  });
export const IncludeSubGroups = () =>
  Field(() => Boolean, { defaultValue: false, description: "Groups count with the groups below them. Passed to the platform as it is." });
export const UserTypeFilter = () =>
  Field(() => AgentUserType, {
    defaultValue: AgentUserType.ALL,
    description: "Human agents, bots or both. Passed to the platform as it is.",
  });
export const SourceFilter = () =>
  Field(() => String, {
    nullable: true,
    description:
      "Only conversations of this source: 1 to 64 characters without comma or control characters, not `all`; left out: all. Passed to the platform as it is.",
  });

export const First = (description = "Length of the page, 1 to 500; left out: 50.") => Field(() => Int, { nullable: true, description });
export const FirstRows = () => First("Length of the page, 1 to 5000; left out: 500.");
export const After = () =>
  Field(() => String, {
    nullable: true,
    description: "Begin after this cursor, which must come from the same list with the same arguments.",
  });
