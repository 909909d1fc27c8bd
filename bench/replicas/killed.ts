import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../../src/simulator/simulator.js";
import { check } from "../workload.js";
import { wait, withRedis } from "./group.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const permits = 4;
/** The lease of a permit. */
const leaseMs = 10_000;

/** How long the permits of a replica that was killed with all of them are missing, and the rate of the others before and after. */
export async function killed(): Promise<void> {
  console.log(`\nA replica is killed while its exchanges hold all ${permits} permits; two others wait for them`);
  await withRedis(async (redis) => {
    const simulator = await startSimulator({ latencyMs: { base: 50, jitter: 0 } });
    const begin = () => replica({ LP_CSDS_URL: simulator.url, REDIS_URL: redis.url });
    const [one, ...others] = await Promise.all([begin(), begin(), begin()]);
    let minutes = 1;
    /** Exchanges within so many ms, while each of the others asks as much as it may. */
    const rate = async (ms: number) => {
      const before = simulator.counts().total;
      const end = performance.now() + ms;
      const asking = others.flatMap((other) =>
        Array.from({ length: permits }, async () => {
          while (performance.now() < end) await other.ask(1 + (minutes++ % 1_440));
        }),
      );
      await Promise.all(asking);
      return (1_000 * (simulator.counts().total - before)) / ms;
    };
    await rate(500);
    const before = await rate(2_000);
    simulator.fault({ api: "agent-segments", kind: "hang", times: permits });
    const held = simulator.counts().total;
    for (let at = 0; at < permits; at++) void one!.ask(1 + (minutes++ % 1_440)).catch(() => undefined);
    while (simulator.counts().total < held + permits) await wait(20);
    one!.process.kill("SIGKILL");
    const from = performance.now();
    await others[0]!.ask(1 + (minutes++ % 1_440));
    const missing = performance.now() - from;
    const after = await rate(2_000);
    for (const { process } of others) process.kill("SIGKILL");
    await simulator.close();
    console.log(
      `the first permit came back after ${(missing / 1_000).toFixed(1)} s (lease ${leaseMs / 1_000} s); exchanges a second before ${before.toFixed(0)}, after ${after.toFixed(0)}: ${(after / before).toFixed(2)}`,
    );
    check(missing < leaseMs + 2_000, "the permits of a replica that was killed came back later than their lease");
  });
}

interface Replica {
  process: ChildProcess;
  ask(lastMinutes: number): Promise<void>;
}

async function replica(settings: Record<string, string>): Promise<Replica> {
  const environment = {
    ...{ PATH: process.env.PATH, PORT: "0", LP_ACCOUNT_ID: "demo", LP_BEARER_TOKEN: "simulated-token", REDIS_PREFIX: "killed" },
    ...{ LP_MAX_CONCURRENT: String(permits), LP_MAX_PER_MINUTE: "100000", TTL_SEGMENTS_SECONDS: "0", REQUEST_DEADLINE_MS: "30000" },
    ...settings,
  };
  const child = spawn(process.execPath, ["--import", "@oxc-node/core/register", "src/main.ts", "serve"], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  let url: string | undefined;
  while (!url) {
    if (child.exitCode !== null) throw new Error(`A replica ended before it served:\n${output}`);
    await wait(20);
    url = /on (http:\/\/[\d.:]+)\/graphql/.exec(output)?.[1];
  }
  return {
    process: child,
    async ask(lastMinutes) {
      const query = `{ contactCenter { agentSegments(lastMinutes: ${lastMinutes}) { totalAgentConversationSegments } } }`;
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      const { errors } = (await response.json()) as { errors?: unknown };
      check(errors === undefined, JSON.stringify(errors));
    },
  };
}
