import { readdirSync, readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join, relative, sep } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { pino } from "pino";
import { type SimulatorProcess, startSimulatorProcess } from "../src/cli/simulator-process.js";
import { configFrom } from "../src/config.js";
import { createGateway } from "../src/gateway.js";
import { startApp } from "../src/server/app.js";
import { check } from "./workload.js";

const source = fileURLToPath(new URL("../src/", import.meta.url));
const isSimulator = (file: string): boolean => relative(source, file).startsWith(`simulator${sep}`);
/** What an answer leaves to be done after it was sent, such as its line in the log. */
const afterAnswerMs = 100;

/**
 * The files of src, without the simulator, that one cold question passes on its way from HTTP to the platform and back. A file
 * counts when V8 saw at least one of its functions begin between the question and its answer. Loading the modules and starting
 * the server do not count, because counting begins after them. The simulator is a process of its own, because it shares files
 * with the gateway.
 */
export async function benchPath(): Promise<void> {
  const simulator = await startSimulatorProcess(join(source, "main.ts"), process.env);
  const config = configFrom({ PORT: "0" }, simulator.account);
  const warn = (message: string, error: unknown) => console.error(message, error);
  const gateway = await createGateway(config, { warn });
  const log = pino({ level: "silent" });
  const app = await startApp({ gateway, config, log, graphiqlRoot: join(source, "../dist/graphiql") });
  try {
    const agent = await agentAtWork(simulator);
    const passed = await functionsRunBy(async () => {
      const { data } = await asked(app.url, agent);
      check(typeof data?.contactCenter.agent.segments?.avgAgentSegmentDuration === "number", "the question was answered without a figure");
      await pause(afterAnswerMs);
    });
    for (const [file, functions] of [...passed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      console.log(`${String(functions).padStart(4)} functions  ${relative(source, file)}`);
    }
    const { files, lines } = sizeOfSource();
    console.log(
      `${passed.size} files of src are passed by one cold question; src has ${files} files and ${lines} lines without the simulator`,
    );
  } finally {
    await app.stop();
    await simulator.stop();
  }
}

/** An agent for whom the platform has figures, asked of the platform itself: the gateway stays cold. */
async function agentAtWork({ url, account }: SimulatorProcess): Promise<string> {
  const response = await fetch(`${url}/operations/api/account/${account.id}/msgagentsegments?timeframe=60&agentIds=all&v=1`, {
    headers: { authorization: `Bearer ${account.bearer}` },
  });
  const { agentsMetrics } = (await response.json()) as { agentsMetrics: { metricsPerAgent: Record<string, Record<string, number>> } };
  const ids = Object.entries(agentsMetrics.metricsPerAgent).flatMap(([id, { avgAgentSegmentDuration = -1 }]) =>
    avgAgentSegmentDuration >= 0 ? [id] : [],
  );
  check(ids[0] !== undefined, "no agent of the simulator has worked in the last hour");
  return ids[0];
}

interface Answer {
  data: { contactCenter: { agent: { segments: { avgAgentSegmentDuration: number | null } | null } } } | null;
}

async function asked(url: string, id: string): Promise<Answer> {
  const query = "query ($id: ID!) { contactCenter { agent(id: $id) { segments(lastMinutes: 60) { avgAgentSegmentDuration } } } }";
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { id } }),
  });
  return (await response.json()) as Answer;
}

/** By file of src without the simulator: how many of its functions were called while `work` ran. */
async function functionsRunBy(work: () => Promise<void>): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    await work();
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const base = pathToFileURL(source).href;
    const files = result.filter(({ url }) => url.startsWith(base)).map(({ url, functions }) => [fileURLToPath(url), functions] as const);
    const counted = files.map(([file, functions]) => [file, functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0).length] as const);
    return new Map(counted.filter(([file, count]) => count > 0 && !isSimulator(file)));
  } finally {
    session.disconnect();
  }
}

function sizeOfSource(): { files: number; lines: number } {
  const names = readdirSync(source, { recursive: true, encoding: "utf8" }).map((name) => join(source, name));
  const files = names.filter((name) => name.endsWith(".ts") && !isSimulator(name));
  const lines = files.reduce((sum, file) => sum + readFileSync(file, "utf8").split("\n").length - 1, 0);
  return { files: files.length, lines };
}
