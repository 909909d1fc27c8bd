import { readFileSync } from "node:fs";
import { Pool } from "undici";
import type { Logged } from "../../../src/simulator/simulator.js";
import { middle } from "../../quantile.js";
import { askOf } from "../dashboard.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { type Platform, settingsFor, startPlatform } from "../platform.js";
import type { Ask } from "../requests.js";
import { answerOf, dashboardAccount, type Scene, staged, ttl } from "../scene.js";
import { type Served, startGateway } from "../served.js";
import { digits, spread, table } from "../table.js";

const latencyMs = 100;
const laterRequests = 20;

export const cold: Part = {
  name: "cold",
  title: "A cold question",
  run: (effort) => staged((scene) => runCold(scene, effort)),
};

const operation = (name: string): Ask =>
  askOf(readFileSync(new URL(`../../../schema/operations/${name}.graphql`, import.meta.url), "utf8"));

/** `stages`: how many exchanges must follow each other, because the later ones need what the earlier ones bring. */
const questions = [
  { asked: "totals over four APIs", ask: operation("contact-center"), stages: 1 },
  { asked: "an agent's page", ask: operation("agent"), stages: 2 },
];

/** Nothing is ever fresh. */
const nothingStored = { ...ttl(0), STALE_SECONDS: "0" };

async function runCold(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startPlatform({ ...dashboardAccount, historyDays: 3 }));
  const rows = [...(await chains(scene, platform, effort))];
  await platform.setLatency(0);
  const firsts = await firstRequests(platform, effort);
  return {
    markdown: [
      `No figure is stored, ids and names are known, and the platform takes ${latencyMs} ms for each exchange. The yardstick makes the same exchanges with undici and reads nothing of them: those of a stage side by side, one stage after another. Medians of ${rounds(effort)} in turn.`,
      table(["asked", "exchanges", "stages", "gateway ms", "yardstick ms", "ratio", "lowest to highest"], rows),
      `First requests, nothing stored, a platform without latency; medians of ${effort.rounds} processes. A process in use has answered ${laterRequests + 1} requests of the other kind. Both learn the names that they show, which takes exchanges of its own. Later requests know the names.`,
      table(
        [
          "asked",
          "exchanges, later",
          "first of a process",
          "first in a process in use",
          "later",
          "ratio of the firsts",
          "lowest to highest",
        ],
        firsts,
      ),
    ].join("\n\n"),
  };
}

const rounds = ({ quick }: Effort): number => (quick ? 7 : 21);

async function chains(scene: Scene, platform: Platform, effort: Effort): Promise<string[][]> {
  const gateway = scene.keep(await startGateway("gateway", { ...settingsFor(platform), ...nothingStored }));
  for (const { ask } of questions) for (let turn = 0; turn < 5; turn++) await answerOf(gateway, ask);
  await platform.setLatency(latencyMs);
  const pool = new Pool(platform.url);
  scene.keep({ stop: () => pool.close() });
  const rows: string[][] = [];
  for (const { asked, ask, stages } of questions) {
    const times: { gateway: number; chain: number }[] = [];
    let exchanges = 0;
    for (let turn = 0; turn < rounds(effort); turn++) {
      await platform.forget();
      const ofGateway = await timed(() => answerOf(gateway, ask));
      const made = await platform.requests();
      exchanges = made.length;
      const ofChain = await timed(() => repeat(pool, platform, made, stages));
      times.push({ gateway: ofGateway, chain: ofChain });
    }
    const ratios = times.map(({ gateway, chain }) => gateway / chain);
    rows.push([
      asked,
      String(exchanges),
      String(stages),
      digits(middle(times.map((time) => time.gateway))),
      digits(middle(times.map(({ chain }) => chain))),
      digits(middle(ratios)),
      spread(ratios),
    ]);
    say(`${asked}: ${digits(middle(ratios))}`);
  }
  return rows;
}

/** The same exchanges again, in no more stages than needed: what came first is the first stage, everything else the last. */
async function repeat(pool: Pool, { bearer }: Platform, made: readonly Logged[], stages: number): Promise<void> {
  const began = made[0]!.at;
  const isFirst = ({ at }: Logged) => stages === 1 || at < began + latencyMs / 2;
  for (const stage of [made.filter(isFirst), made.filter((exchange) => !isFirst(exchange))]) {
    await Promise.all(
      stage.map(async ({ method, path, query, body }) => {
        const response = await pool.request({
          method: method as "GET" | "POST",
          path: `${path}${query}`,
          headers: { authorization: `Bearer ${bearer}`, ...(body && { "content-type": "application/json" }) },
          ...(body && { body }),
        });
        const text = await response.body.text();
        if (response.statusCode !== 200) throw new Error(`The platform answered ${response.statusCode}: ${text}`);
      }),
    );
  }
}

/** What each question costs as the first request of a process, as the first of its kind in a process that has answered others, and later. */
async function firstRequests(platform: Platform, effort: Effort): Promise<string[][]> {
  const rounds = questions.map(() => ({ first: [] as Cost[], inUse: [] as Cost[], later: [] as Cost[], exchanges: [0, 0] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const begun of questions.keys()) {
      await staged(async (own) => {
        const gateway = own.keep(await startGateway("gateway", { ...settingsFor(platform), ...nothingStored }));
        const order = [...questions.keys()].sort((one) => (one === begun ? -1 : 1));
        for (const at of order) {
          const { ask } = questions[at]!;
          await platform.forget();
          rounds[at]![at === begun ? "first" : "inUse"].push(await costOf(gateway, ask));
          const ofFirst = (await platform.requests()).length;
          const later: Cost[] = [];
          for (let turn = 0; turn < laterRequests; turn++) later.push(await costOf(gateway, ask));
          const ofAll = (await platform.requests()).length;
          rounds[at]!.later.push({ ms: middle(later.map(({ ms }) => ms)), cpuMs: middle(later.map(({ cpuMs }) => cpuMs)) });
          rounds[at]!.exchanges = [ofFirst, (ofAll - ofFirst) / later.length];
        }
      });
    }
  }
  const rows = questions.flatMap(({ asked }, at) =>
    (["ms", "cpuMs"] as const).map((figure) => {
      const { first, inUse, later, exchanges } = rounds[at]!;
      const ratios = first.map((cost, round) => cost[figure] / inUse[round]![figure]);
      const figures = [first, inUse, later].map((costs) => digits(middle(costs.map((cost) => cost[figure]))));
      const [ofFirst, ofLater] = exchanges.map(String);
      return [
        `${asked}, ${figure === "ms" ? "ms" : "CPU ms"}`,
        `${ofFirst}, ${ofLater}`,
        ...figures,
        digits(middle(ratios)),
        spread(ratios),
      ];
    }),
  );
  for (const row of rows) say(row.join("  "));
  return rows;
}

interface Cost {
  ms: number;
  cpuMs: number;
}

async function costOf(gateway: Served, ask: Ask): Promise<Cost> {
  const before = await gateway.cpuMs();
  const ms = await timed(() => answerOf(gateway, ask));
  return { ms, cpuMs: (await gateway.cpuMs()) - before };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}
