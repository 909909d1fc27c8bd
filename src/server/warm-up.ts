import type { ApolloServer } from "@apollo/server";
import type { Logger } from "pino";
import { execute, type ServedContext } from "./execution.js";
import { type Gateway, itself } from "./gateway-port.js";

/** Something of today's four APIs: totals, lists, rows of named entities, intervals. */
const query = /* GraphQL */ `
  query WarmUp {
    contactCenters {
      accountId
      agentSegments(lastMinutes: 60) { asOf totalAgentConversationSegments intervals(everyMinutes: 15) { from interactiveAgentSegments } }
      keyMetrics(lastMinutes: 60) { window { from to } avgWaitTime }
      current { asOf stale onlineAgents }
      skills(first: 20) { nodes { id name segments { totalSkillConversationSegments } keyMetrics { avgWaitTime } current { agentLoad } } }
      agents(ids: ["1", "2"]) { nodes { id name group { name } segments { totalAgentConversationSegments } } }
      intervals(lastMinutes: 60) { nodes { from skill { name } handledConversations } pageInfo { hasNextPage } }
    }
  }
`;

/**
 * Plans an operation twice before the first client asks. The code that a request runs through is compiled then, which is most of what a first
 * request would wait for. A plan asks nothing of the platform and stores no answer.
 */
export async function warmUp(apollo: ApolloServer<ServedContext>, gateway: Gateway, log: Logger): Promise<void> {
  try {
    for (const explain of ["plan", "plan"] as const) {
      const served = gateway.request({ explain, caller: itself });
      const http = { method: "POST", search: "", headers: { "content-type": "application/json" }, body: { query } };
      const { answer } = await execute(apollo, { http, served, explain, caller: itself }, gateway.clock.now);
      const [refusal] = answer.facts.errors;
      // Settings may allow less than the operation needs.
      if (refusal !== undefined) return log.info(`The warm-up was refused with ${refusal}; the first requests take longer`);
    }
  } catch (error) {
    log.warn({ err: error }, "The warm-up failed; the first requests take longer");
  }
}
