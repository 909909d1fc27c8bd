import { setTimeout as pause } from "node:timers/promises";
import { middle } from "../../quantile.js";
import { askGateway, dashboard, skillsOfDashboard } from "../dashboard.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { RawConnection } from "../raw-connection.js";
import { requestsOf } from "../requests.js";
import { freshSeconds, type Scene, skillIds, staged, startDashboardPlatform, startFreshGateway } from "../scene.js";
import { type Served, startPlainApollo } from "../served.js";
import { digits, spread, table } from "../table.js";

const clients = 512;
/** When they go, after all have asked. */
const goAfterMs = 20;
/** A server that spent less CPU than this in one look is at rest. */
const restMs = 2;
const lookEveryMs = 50;

export const abandoned: Part = {
  name: "abandoned",
  title: "Requests whose client has gone",
  run: (effort) => staged((scene) => runAbandoned(scene, effort)),
};

interface Spent {
  cpuMs: number;
  busyMs: number;
}

async function runAbandoned(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startDashboardPlatform());
  const gateway = scene.keep(await startFreshGateway("gateway", platform));
  const plain = scene.keep(await startPlainApollo(platform, freshSeconds));
  const ids = (await skillIds(gateway)).slice(0, skillsOfDashboard);
  const next = requestsOf(
    { kind: "numbered", ask: askGateway(dashboard(ids), "Dashboard%n%") },
    { path: "/graphql", salt: `abandoned${Date.now()}` },
  );
  const found = new Map<Served, { stayed: Spent[]; gone: Spent[] }>([gateway, plain].map((served) => [served, { stayed: [], gone: [] }]));
  for (const served of found.keys()) await spentOn(served, next, false);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [served, { stayed, gone }] of found) {
      stayed.push(await spentOn(served, next, false));
      gone.push(await spentOn(served, next, true));
      say(
        `round ${round + 1}  ${served.name}: ${digits(stayed.at(-1)!.cpuMs)} ms CPU answered, ${digits(gone.at(-1)!.cpuMs)} ms abandoned`,
      );
    }
  }
  const rows = [...found].map(([{ name }, { stayed, gone }]) => {
    const cpuMs = gone.map((spent) => spent.cpuMs);
    return [
      name,
      digits(middle(stayed.map((spent) => spent.cpuMs))),
      digits(middle(cpuMs)),
      spread(cpuMs),
      digits(middle(gone.map(({ busyMs }) => busyMs))),
    ];
  });
  return {
    markdown: [
      `${clients} clients ask at once for a dashboard that must be executed, and close their connections ${goAfterMs} ms later. The CPU that is spent until the server is at rest, beside that of the same requests when they are waited for; medians of ${effort.rounds} rounds in turn.`,
      table(["server", "CPU ms when waited for", "CPU ms when abandoned", "lowest to highest", "busy ms after they went"], rows),
    ].join("\n\n"),
  };
}

async function spentOn(served: Served, next: () => Buffer | string, areGone: boolean): Promise<Spent> {
  const connections = await Promise.all(Array.from({ length: clients }, () => RawConnection.to(served.port)));
  const before = await served.cpuMs();
  const answers = Promise.all(connections.map((connection) => connection.exchange(next())));
  if (areGone) await pause(goAfterMs);
  else await answers;
  for (const connection of connections) connection.close();
  return { ...(await untilRest(served)), cpuMs: (await served.cpuMs()) - before };
}

/** How long the server spends CPU from now on, to the accuracy of one look. */
async function untilRest(served: Served): Promise<{ busyMs: number }> {
  const began = performance.now();
  let busyMs = 0;
  for (let last = await served.cpuMs(), quiet = 0; quiet < 3; ) {
    await pause(lookEveryMs);
    const now = await served.cpuMs();
    if (now - last < restMs) quiet++;
    else {
      quiet = 0;
      busyMs = performance.now() - began;
    }
    last = now;
  }
  return { busyMs };
}
