import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { middle } from "../../quantile.js";
import { askGateway, dashboard, skillsOfDashboard } from "../dashboard.js";
import { LoadGenerator, type Measured } from "../load.js";
import type { Effort, Findings, Part } from "../part.js";
import { answerOf, type Scene, skillIds, staged, startDashboardPlatform, startFreshGateway } from "../scene.js";
import type { Served } from "../served.js";
import { digits, spread, table } from "../table.js";

const connections = 64;
/** Short turns, many of them: a few per cent are lost when the machine changes its pace between two. */
const turnMs = 250;
const turnsPerRound = 10;

const tracing = new URL("../../../examples/tracing/otlp.mjs", import.meta.url).href;

export const telemetry: Part = {
  name: "telemetry",
  title: "What telemetry costs",
  run: (effort) => staged((scene) => runTelemetry(scene, effort)),
};

interface Way {
  name: string;
  served: Served;
  rounds: { throughput: number; cpu: number; cpuMs: number }[];
}

async function runTelemetry(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startDashboardPlatform());
  const off = scene.keep(await startFreshGateway("off", platform, { METRICS: "false" }));
  const ask = askGateway(dashboard((await skillIds(off)).slice(0, skillsOfDashboard)), "Dashboard");
  const traces = scene.keep(await collector());
  const traced = { METRICS: "false", NODE_OPTIONS: `--import ${tracing}`, OTEL_EXPORTER_OTLP_ENDPOINT: traces.url };
  const settings = {
    "METRICS=true": { METRICS: "true", METRICS_OPERATIONS: "Dashboard" },
    "traces, as the example has them": traced,
    "traces, all of them": { ...traced, OTEL_TRACES_SAMPLER: "always_on" },
  };
  const ways: Way[] = [];
  for (const [name, given] of Object.entries(settings))
    ways.push({ name, served: scene.keep(await startFreshGateway(name, platform, given)), rounds: [] });
  const load = scene.keep(new LoadGenerator());
  const source = { kind: "rotation" as const, asks: [ask] };
  const run = (served: Served, forMs: number): Promise<Measured> => load.measure(served, { connections, source, forMs });
  for (const served of [off, ...ways.map((way) => way.served)]) {
    await answerOf(served, ask);
    await run(served, 1_500);
  }
  const offMs: number[] = [];
  for (let round = 0; round < effort.rounds * turnsPerRound; round++) {
    for (const { served, rounds } of ways) {
      // What is measured first changes from round to round.
      const order = round % 2 === 0 ? [off, served] : [served, off];
      const first = await run(order[0]!, turnMs);
      const second = await run(order[1]!, turnMs);
      const [without, with_] = round % 2 === 0 ? [first, second] : [second, first];
      offMs.push(without.cpuMs);
      rounds.push({ throughput: with_.perSecond / without.perSecond, cpu: with_.cpuMs / without.cpuMs, cpuMs: with_.cpuMs });
    }
  }
  const rows = ways.map(({ name, rounds }) => [
    name,
    digits(middle(rounds.map(({ throughput }) => throughput))),
    spread(rounds.map(({ throughput }) => throughput)),
    digits(middle(rounds.map(({ cpuMs }) => cpuMs))),
    digits(middle(rounds.map(({ cpu }) => cpu))),
    spread(rounds.map(({ cpu }) => cpu)),
  ]);
  return {
    markdown: [
      `The hot dashboard at ${connections} connections, each way in turn with a gateway that has telemetry off (${digits(middle(offMs))} ms of CPU for a request); medians of ${effort.rounds * turnsPerRound} rounds.`,
      table(["gateway with", "requests/s to off", "lowest to highest", "CPU ms", "CPU to off", "lowest to highest"], rows),
    ].join("\n\n"),
  };
}

/** Takes traces and forgets them. */
async function collector(): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => void request.resume().on("end", () => response.end("{}"))).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
