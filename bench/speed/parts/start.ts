import { middle } from "../../quantile.js";
import { askGateway, dashboard, skillsOfDashboard } from "../dashboard.js";
import { LoadGenerator } from "../load.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { freshSeconds, type Scene, skillIds, staged, startDashboardPlatform, startFreshGateway } from "../scene.js";
import { type Memory, type NodeServed, startPlainApollo } from "../served.js";
import { digits, mebibytes, spread, table } from "../table.js";

export const start: Part = {
  name: "start",
  title: "Start and memory",
  run: (effort) => staged((scene) => runStart(scene, effort)),
};

interface Started {
  readyMs: number;
  readyCpuMs: number;
  atRest: Memory;
  afterLoad: Memory;
}

async function runStart(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startDashboardPlatform());
  const load = scene.keep(new LoadGenerator());
  const ids = (await staged(async (own) => skillIds(own.keep(await startFreshGateway("gateway", platform))))).slice(0, skillsOfDashboard);
  const servers: { start: () => Promise<NodeServed>; name: string; found: Started[] }[] = [
    { name: "gateway", start: () => startFreshGateway("gateway", platform), found: [] },
    { name: "plain Apollo Server", start: () => startPlainApollo(platform, freshSeconds), found: [] },
  ];
  const requests = effort.quick ? 1_000 : 5_000;
  for (let round = 0; round < effort.rounds; round++) {
    for (const { name, start, found } of servers) {
      await staged(async (own) => {
        const served = own.keep(await start());
        const readyCpuMs = await served.cpuMs();
        const atRest = await served.memory();
        await load.run(served, {
          connections: 64,
          source: { kind: "numbered", ask: askGateway(dashboard(ids), "Dashboard%n%") },
          requests,
        });
        found.push({ readyMs: served.readyMs, readyCpuMs, atRest, afterLoad: await served.memory() });
        say(`round ${round + 1}  ${name}: ready after ${digits(served.readyMs)} ms`);
      });
    }
  }
  const rows = servers.map(({ name, found }) => {
    const memory = (of: (started: Started) => number) => mebibytes(middle(found.map(of)));
    const ready = found.map(({ readyMs }) => readyMs);
    return [
      name,
      digits(middle(ready)),
      spread(ready),
      digits(middle(found.map(({ readyCpuMs }) => readyCpuMs))),
      memory(({ atRest }) => atRest.rss),
      memory(({ atRest }) => atRest.heapUsed),
      memory(({ afterLoad }) => afterLoad.rss),
      memory(({ afterLoad }) => afterLoad.heapUsed),
    ];
  });
  return {
    markdown: [
      `From the start of the process until it says that it is ready. The heap is measured after a full collection: right after the start, and after ${requests} different documents at 64 connections. Medians of ${effort.rounds} starts in turn.`,
      table(
        [
          "server",
          "ready ms",
          "lowest to highest",
          "CPU ms until then",
          "resident MiB",
          "heap MiB",
          "resident after load MiB",
          "heap after load MiB",
        ],
        rows,
      ),
    ].join("\n\n"),
  };
}
