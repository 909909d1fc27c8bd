import { registerEnumType } from "type-graphql";
import type { Grouping } from "../../upstream/question.js";

export const IntervalGrouping: { [K in Grouping]: K } = {
  SKILL: "SKILL",
  AGENT_GROUP: "AGENT_GROUP",
  AGENT: "AGENT",
  CONVERSATION: "CONVERSATION",
};
export type IntervalGrouping = Grouping;

registerEnumType(IntervalGrouping, {
  name: "IntervalGrouping",
  description: "What the rows of the interval metrics are kept apart by.",
  valuesConfig: {
    SKILL: { description: "One row per skill and interval. Alone, the only grouping with arrivals and closed conversations." },
    AGENT_GROUP: { description: "One row per agent group and interval." },
    AGENT: { description: "One row per agent and interval." },
    CONVERSATION: { description: "One row per conversation and interval; message counts are null." },
  },
});
