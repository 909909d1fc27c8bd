// Composes supergraph.graphql beside it, which Hive Gateway serves: in a folder with @graphql-mesh/compose-cli and @omnigraph/json-schema,
// LP_URL="{env.LP_URL}" npx mesh-compose -c mesh.config.mjs -o supergraph.graphql
import { defineConfig } from "@graphql-mesh/compose-cli";
import { loadJSONSchemaSubgraph } from "@omnigraph/json-schema";

const number = { type: "number" };
const whole = { type: "integer" };
const object = (title, properties) => ({ type: "object", title, properties });
const numbers = (names, type) => Object.fromEntries(names.split(" ").map((name) => [name, type]));

const metrics = object("Metrics", {
  ...numbers("avgWaitTime avgWaitTimeFirstResponse avgTimeToResponse agentLoad humanAgentLoad", number),
  ...numbers("closedConversations assignedConversations unassignedConversations activeConversations openConversations", whole),
  ...numbers("overdueConversationsTotal queueWaitTime90thPercentile availableSlots onlineAgents", whole),
});
const group = object("Group", { key: { type: "string" }, keyDescription: { type: "string" }, metrics });
const keyMetrics = object("KeyMetricsAnswer", { groupBy: object("Groups", { groups: { type: "array", items: group } }) });
const totals = object("Totals", {
  ...numbers("totalAgentConversationSegments interactiveAgentSegments", whole),
  avgAgentSegmentDuration: number,
});

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadJSONSchemaSubgraph("platform", {
        endpoint: "{env.LP_URL}",
        operationHeaders: { authorization: "Bearer {env.LP_BEARER}" },
        operations: [
          {
            type: "Query",
            field: "keyMetrics",
            method: "POST",
            path: "/manager_workspace/api/account/{env.LP_ACCOUNT}/metrics?offset=0&limit=50",
            requestSchema: { title: "KeyMetricsInput", type: "object", additionalProperties: true },
            responseSchema: keyMetrics,
          },
          {
            type: "Query",
            field: "skillSegments",
            method: "GET",
            path: "/operations/api/account/{env.LP_ACCOUNT}/msgskillsegments?v=1&timeframe=60&skillIds={args.ids}",
            argTypeMap: { ids: { type: "string" } },
            responseSchema: object("SkillSegmentsAnswer", {
              skillsMetrics: { title: "Rows", type: "object", additionalProperties: true },
            }),
          },
          {
            type: "Query",
            field: "agentSegments",
            method: "GET",
            path: "/operations/api/account/{env.LP_ACCOUNT}/msgagentsegments?v=1&timeframe=60",
            responseSchema: object("AgentSegmentsAnswer", { metricsTotal: totals }),
          },
        ],
      }),
    },
  ],
});
