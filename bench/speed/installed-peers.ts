import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Asker, askOf, type Choice } from "./dashboard.js";
import { inherited } from "./helper-process.js";
import type { Platform } from "./platform.js";
import { ended, freePort, readyAt, type Served } from "./served.js";

/**
 * Servers of others that the bench measures where they are installed. They are configured, not programmed, so they are asked in the
 * platform's shape: one root field for each call. SPEED_PEERS: a folder in which
 * `npm install @graphql-hive/gateway@2 @graphql-mesh/transport-rest @tailcallhq/core-linux-x64-gnu` was done.
 * SPEED_TAILCALL: the command, where another build of Tailcall is to be taken.
 */
export interface InstalledPeer {
  name: string;
  ask: Asker;
  start(platform: Platform): Promise<Served>;
}

const peers = fileURLToPath(new URL("../peers", import.meta.url));

/** Those that are installed and run; `told` hears why another is left out. */
export function installedPeers(told: (reason: string) => void): InstalledPeer[] {
  const folder = process.env.SPEED_PEERS;
  const commands = [
    { of: hive, command: folder && join(folder, "node_modules/.bin/hive-gateway") },
    {
      of: tailcall,
      command: process.env.SPEED_TAILCALL ?? (folder && join(folder, "node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall")),
    },
  ];
  return commands.flatMap(({ of, command }) => {
    const problem = problemOf(command);
    if (problem !== null) told(`${of.name} is left out: ${problem}.`);
    return problem === null ? [{ name: of.name, ask: of.ask, start: (platform: Platform) => of.start(platform, command!) }] : [];
  });
}

function problemOf(command: string | undefined): string | null {
  if (command === undefined) return "SPEED_PEERS is not set";
  if (!existsSync(command)) return `there is no ${command}`;
  try {
    execFileSync(command, ["--version"], { stdio: ["ignore", "ignore", "pipe"] });
    return null;
  } catch (error) {
    return `it does not run: ${(error as Error).message.split("\n")[1] ?? (error as Error).message}`;
  }
}

const byTime: Readonly<Record<string, string>> = {
  avgWaitTime: "avg_wait_time",
  avgWaitTimeFirstResponse: "avg_wait_time_first_response",
  avgTimeToResponse: "avg_time_to_response",
  closedConversations: "closed_conversations",
};
const currentValue: Readonly<Record<string, string>> = {
  assignedConversations: "assigned_conversations",
  unassignedConversations: "unassigned_conversations",
  activeConversations: "active_conversations",
  openConversations: "open_conversations",
  overdueConversationsTotal: "overdue_conversations_total",
  queueWaitTime90thPercentile: "queue_wait_time_90th_percentile",
  agentLoad: "agent_load",
  humanAgentLoad: "human_agent_load",
  availableSlots: "available_slots",
  onlineAgents: "online_agents",
};

/** One hour that ends at the next whole minute, the same for the whole run. */
const to = Math.ceil(Date.now() / 60_000) * 60_000;
const window = { from: to - 3_600_000, to };

/** `keyMetrics`: how the two ask for key metrics differs. */
function documentOf(name: string, declared: string, keyMetricsField: string, choice: Choice): string {
  const metrics = [...choice.current, ...choice.keyMetrics].join(" ");
  const fields = [
    `${keyMetricsField} { groupBy { groups { key keyDescription ${metrics && `metrics { ${metrics} }`} } } }`,
    choice.segments.length > 0 ? "skillSegments(ids: $list) { skillsMetrics }" : "",
    choice.totals.length > 0 ? `agentSegments { metricsTotal { ${choice.totals.join(" ")} } }` : "",
  ];
  const variables = choice.segments.length > 0 ? `${declared}, $list: String!` : declared;
  return `query ${name}(${variables}) { ${fields.join(" ")} }`;
}

const hive = {
  name: "Hive Gateway",
  ask: ((choice, name) => {
    const input = {
      filters: { time: window, skillIds: choice.ids },
      groupBy: "skillId",
      responseSections: ["groupBy"],
      metricsToRetrieveByTime: choice.keyMetrics.map((metric) => byTime[metric]),
      metricsToRetrieveCurrentValue: (choice.current.length > 0 ? choice.current : ["onlineAgents"]).map((metric) => currentValue[metric]),
    };
    return askOf(documentOf(name, "$input: JSON", "keyMetrics(input: $input)", choice), { input, list: choice.ids.join(",") });
  }) satisfies Asker,
  async start(platform: Platform, command: string): Promise<Served> {
    const config = join(peers, "hive/gateway.config.mjs");
    return startForeign("Hive Gateway", platform, "/graphql?query={__typename}", (port) => ({
      command,
      args: ["supergraph", "-c", config, "-h", "127.0.0.1", "-p", String(port)],
      cwd: process.env.SPEED_PEERS!,
    }));
  },
};

const tailcall = {
  name: "Tailcall",
  ask: ((choice, name) =>
    askOf(documentOf(name, "$ids: String!", "keyMetrics(ids: $ids)", choice), {
      ids: choice.ids.join('","'),
      list: choice.ids.join(","),
    })) satisfies Asker,
  async start(platform: Platform, command: string): Promise<Served> {
    const folder = await mkdtemp(join(tmpdir(), "speed-tailcall-"));
    const file = join(folder, "config.graphql");
    const template = readFileSync(join(peers, "tailcall/config.graphql"), "utf8");
    const filled = (port: number) =>
      template.replace("port: PORT", `port: ${port}`).replace("from: FROM", `from: ${window.from}`).replace("to: TO", `to: ${window.to}`);
    const prepare = async (port: number) => {
      await writeFile(file, filled(port));
      return { command, args: ["start", file], cwd: folder };
    };
    const served = await startForeign("Tailcall", platform, "/status", prepare);
    return {
      ...served,
      async stop() {
        await served.stop();
        await rm(folder, { recursive: true });
      },
    };
  },
};

interface Line {
  command: string;
  args: string[];
  cwd: string;
}

async function startForeign(
  name: string,
  { url, account, bearer }: Platform,
  readyPath: string,
  lineAt: (port: number) => Line | Promise<Line>,
): Promise<Served> {
  const port = await freePort();
  const { command, args, cwd } = await lineAt(port);
  const startedAt = performance.now();
  const env = {
    NODE_ENV: "production",
    LP_URL: url,
    LP_ACCOUNT: account,
    LP_BEARER: bearer,
    TC_LOG_LEVEL: "error",
    TAILCALL_TRACKER: "false",
  };
  const child = spawn(command, args, { cwd, env: inherited(env), stdio: "ignore" });
  const readyMs = (await readyAt(name, child, port, readyPath)) - startedAt;
  return { name, port, path: "/graphql", readyMs, cpuMs: async () => cpuMsOf(child.pid!), stop: () => ended(child) };
}

/** As Linux counts it, in ticks of 10 ms; not a number elsewhere. */
function cpuMsOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const fields = readFileSync(file, "utf8").split(") ").at(-1)!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
