import { registerEnumType } from "type-graphql";
import type { UserType } from "../../upstream/question.js";

export const AgentUserType: { [K in UserType]: K } = { HUMAN: "HUMAN", BOT: "BOT", ALL: "ALL" };
export type AgentUserType = UserType;

registerEnumType(AgentUserType, {
  name: "AgentUserType",
  description: "Which agents count.",
  valuesConfig: {
    HUMAN: { description: "Human agents only." },
    BOT: { description: "Bots only." },
    ALL: { description: "Human agents and bots." },
  },
});
