import { type GraphQLSchema, getNamedType } from "graphql";
import { catalogue } from "../catalogue/catalogue.js";
import { applyDirective, outputFields } from "./applied-directive.js";
import { entityPage, intervalPage } from "./questions/paging.js";

/**
 * Weights for a router's demand control, which counts 1 for any other object. One platform call that no other object shares
 * weighs 20: a router's limit of 1,000 is then 50 such calls, the default of MAX_UPSTREAM_CALLS.
 */
export const costs: Readonly<Record<string, number>> = {
  // A call for each object.
  "Agent.keyMetrics": 20,
  "Agent.current": 20,
  "AgentGroup.segments": 20,
  // A call or a few for the account; fields beside each other often share it.
  "ContactCenter.agents": 10,
  "ContactCenter.skills": 10,
  "ContactCenter.agentGroups": 10,
  "ContactCenter.conversations": 10,
  "ContactCenter.agentSegments": 10,
  "ContactCenter.skillSegments": 10,
  "ContactCenter.keyMetrics": 10,
  "ContactCenter.current": 10,
  "ContactCenter.intervals": 10,
  // Pages for all objects, or a call for each: whichever is fewer.
  "Agent.intervals": 5,
  "Skill.intervals": 5,
  "AgentGroup.intervals": 5,
  "Conversation.intervals": 5,
  "Conversation.handling": 5,
  "Agent.group": 5,
};

/** How long a list without pages is taken to be. */
export const assumedSizes: Readonly<Record<string, number>> = {
  "Query.contactCenters": 2,
  "Query.metricCatalog": catalogue.length,
  "Agent.skills": 5,
  "Skill.agentSegments": entityPage.unlessGiven,
  "AgentSegments.intervals": 12,
  "AgentSegments.bySkill": 5,
  "AgentSegmentsInterval.bySkill": 5,
  "SkillSegments.intervals": 12,
  "ConversationHandling.agents": 2,
  "ConversationHandling.skills": 2,
  "ConversationHandling.pending": 1,
  "IntervalConnection.pending": 1,
};

/** Puts @cost and @listSize on the fields above and on every connection, whose length is `first` or the page's default. */
export function weigh(schema: GraphQLSchema): void {
  for (const [coordinate, field] of outputFields(schema)) {
    const weight = costs[coordinate];
    if (weight !== undefined) applyDirective(field, "cost", { weight });
    const assumedSize = assumedSizes[coordinate];
    if (assumedSize !== undefined) applyDirective(field, "listSize", { assumedSize });
    if (field.args.some(({ name }) => name === "first")) {
      const { unlessGiven } = getNamedType(field.type).name === "IntervalConnection" ? intervalPage : entityPage;
      const page = { slicingArguments: ["first"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false };
      applyDirective(field, "listSize", { assumedSize: unlessGiven, ...page });
    }
  }
}
