import "reflect-metadata";
import { once } from "node:events";
import { type Company, companySdl, startCompany } from "./company.js";
import { startMetrics } from "./metrics.js";
import { startRouter } from "./router.js";
import { compose } from "./supergraph.js";

const account = "demo";
const staff = 40;
const metricsApis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"] as const;

const query = `{
  team(id: "T1") {
    employees {
      number
      agent { id segments(lastMinutes: 1440) { totalAgentConversationSegments avgAgentSegmentDuration asOf } }
    }
  }
}`;

interface TeamAnswer {
  data?: { team: { employees: { agent: { segments: object | null } }[] } };
  errors?: unknown[];
}

const metrics = await startMetrics(account, staff);
const company = await startCompany(companyOf(metrics.simulator.truth(account).agents.map(({ id }) => id)));
const supergraph = compose([metrics, { name: "company", url: company.url, sdl: companySdl }]);
const router = await startRouter({ supergraph, metrics: metrics.name, port: Number(process.env.PORT ?? 0) });
print(`Subgraph metrics (simulated figures)  ${metrics.url}`);
print(`Subgraph company                      ${company.url}`);
print(`Router                                ${router.url}`);

metrics.simulator.resetCounts();
const response = await fetch(router.url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query }),
});
const { data, errors } = (await response.json()) as TeamAnswer;
if (!data || errors) throw new Error(`The router answered with errors: ${JSON.stringify(errors)}`);
const { byApi } = metrics.simulator.counts();
const calls = metricsApis.reduce((sum, api) => sum + (byApi[api] ?? 0), 0);
const { employees } = data.team;
print(query);
print(
  JSON.stringify(
    employees.find(({ agent }) => agent.segments),
    null,
    2,
  ),
);
print(`One federated query across two subgraphs, ${employees.length} agents: upstream calls = ${calls}`);
if (employees.length !== staff || calls !== 1) process.exitCode = 1;

if (process.argv.includes("--serve")) {
  print("Serving until Ctrl+C.");
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
await router.stop();
await company.stop();
await metrics.stop();

/** Every agent is an employee of one team. */
function companyOf(agents: readonly string[]): Company {
  return { employees: agents.map((id, at) => ({ number: `E${at + 1}`, team: "T1", agent: { accountId: account, id } })), orders: [] };
}

function print(line: string | undefined): void {
  process.stdout.write(`${line}\n`);
}
