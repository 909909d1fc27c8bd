import { setTimeout as pause } from "node:timers/promises";
import { startLine } from "../test/support/line.js";
import { middle, quantile } from "./quantile.js";
import { verify } from "./workloads/traffic/claim.js";
import { HttpUnderWay } from "./workloads/traffic/http-under-way.js";
import { MovingClock } from "./workloads/traffic/moving-clock.js";
import { list, one, type Panel, total } from "./workloads/traffic/panel.js";
import { agentSegments, keyMetrics, skillSegments } from "./workloads/traffic/parts.js";
import { Scene } from "./workloads/traffic/scene.js";
import { agentIds, apart, skillIds } from "./workloads/traffic/traffic-workload.js";
import { quarterToNoon } from "./workloads/traffic/when.js";

/** Time of one answer of the platform, and how often each case is measured with it. */
const platforms = [
  { latencyMs: 10, repeats: 5 },
  { latencyMs: 200, repeats: 3 },
  { latencyMs: 5_000, repeats: 1 },
];
/** With such a platform the cases overlap, on different accounts. Each starts when the people of the one before have arrived. */
const slowMs = 1_000;
const startedAfterMs = 1_500;

/** Over kept connections a burst reaches the server in one step of its event loop. People with connections of their own do not. */
const ownConnection = { connection: "close" };

/** A number of people with one id each, and the time within which all of them arrive. */
interface Case {
  askers: number;
  withinMs: number;
}
const cases: readonly Case[] = [1, 10, 100].flatMap((askers) => [0, 5, 50].map((withinMs) => ({ askers, withinMs })));

/** What is asked, and what the gateway knows about it. */
interface Scope {
  name: string;
  size: { agents: number; skills: number };
  /** True: every run needs an account of which nothing is known. */
  cold: boolean;
  prepare(scene: Scene, account: string): Promise<void>;
  /** Two runs share no answer. */
  panel(scene: Scene, account: string, asker: number, run: number): Panel;
}

const scopes: readonly Scope[] = [
  {
    name: "nothing known",
    size: { agents: 120, skills: 4 },
    cold: true,
    // The domain is known and a connection is open. No agent is known.
    prepare: (scene, account) => scene.look(total(account, skillSegments("account"))),
    panel: (scene, account, asker) => one(account, "agent", agentIds(scene, account)[asker]!, agentSegments("agent")),
  },
  {
    // 42 pages of keys, which are more rows than twenty times the ids of a hundred askers.
    name: "too large to widen",
    size: { agents: 8, skills: 2_100 },
    cold: false,
    prepare: (scene, account) => scene.look(list(account, "skill", "all", [])),
    panel: (scene, account, asker, run) => one(account, "skill", skillIds(scene, account)[asker]!, keyMetrics(`lastMinutes: ${60 + run}`)),
  },
];

/** Calls for each question and latency, by which the times of gathering can be chosen. */
export async function benchGathering(): Promise<void> {
  console.log(`${"scope".padEnd(20)} platform ms  askers  within ms  calls a question  median ms  p95 ms`);
  for (const scope of scopes) await benchScope(scope);
}

const runs = platforms.flatMap(({ latencyMs, repeats }) => Array.from({ length: repeats }, () => latencyMs));

async function benchScope(scope: Scope): Promise<void> {
  const accountOf = (at: number, run: number) => (scope.cold ? `case${at}-${run}` : `case${at}`);
  const accounts = [...new Set(cases.flatMap((_, at) => runs.map((_, run) => accountOf(at, run))))];
  const clock = new MovingClock(quarterToNoon());
  const http = new HttpUnderWay();
  const settings = { LP_MAX_PER_MINUTE: "100000", REQUEST_DEADLINE_MS: "60000", MAX_UPSTREAM_CALLS: "1000" };
  const line = await startLine({ accounts: accounts.map((id) => ({ id, ...scope.size })) }, settings, clock.now);
  try {
    for (const account of accounts) await scope.prepare(new Scene(line, clock, http), account);
    for (const { latencyMs } of platforms) {
      line.simulator.setLatency({ base: latencyMs, jitter: latencyMs / 10 });
      const rowOf = async (each: Case, at: number): Promise<string> => {
        const measured: Measured[] = [];
        for (const [run, latency] of runs.entries())
          if (latency === latencyMs)
            measured.push(await measure(new Scene(line, clock, http, ownConnection), scope, { ...each, account: accountOf(at, run), run }));
        return row(scope, latencyMs, each, measured);
      };
      if (latencyMs >= slowMs) {
        const measuring = cases.map((each, at) => pause(at * startedAfterMs).then(() => rowOf(each, at)));
        console.log((await Promise.all(measuring)).join("\n"));
      } else for (const [at, each] of cases.entries()) console.log(await rowOf(each, at));
    }
  } finally {
    http.stop();
    await line.stop();
  }
}

interface Measured {
  calls: number;
  latencies: readonly number[];
}

async function measure(
  scene: Scene,
  scope: Scope,
  { askers, withinMs, account, run }: Case & { account: string; run: number },
): Promise<Measured> {
  const { line } = scene;
  const callsOf = () => Object.values(line.simulator.counts().byAccount[account] ?? {}).reduce((sum, count) => sum + count, 0);
  const before = callsOf();
  const panels = Array.from({ length: askers }, (_, asker) => scope.panel(scene, account, asker, run));
  await scene.timeline(apart(withinMs / Math.max(1, askers - 1), panels));
  verify(scene.claims, line);
  return { calls: callsOf() - before, latencies: scene.latencies };
}

function row({ name }: Scope, latencyMs: number, { askers, withinMs }: Case, measured: readonly Measured[]): string {
  const latencies = measured.flatMap((each) => each.latencies);
  const calls = measured.reduce((sum, each) => sum + each.calls, 0);
  return [
    name.padEnd(20),
    String(latencyMs).padStart(11),
    String(askers).padStart(7),
    String(withinMs).padStart(10),
    (calls / latencies.length).toFixed(3).padStart(17),
    middle(latencies).toFixed(0).padStart(10),
    quantile(latencies, 0.95).toFixed(0).padStart(7),
  ].join(" ");
}
