import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { middle } from "../../quantile.js";
import { type Asker, askGateway, dashboard, dashboards, skillsOfDashboard } from "../dashboard.js";
import { installedPeers } from "../installed-peers.js";
import { LoadGenerator, type Measured } from "../load.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import type { Platform } from "../platform.js";
import { type Source, signed } from "../requests.js";
import { answerOf, freshSeconds, type Scene, skillIds, staged, startDashboardPlatform, startFreshGateway } from "../scene.js";
import { type NodeServed, type Served, startBare, startPlainApollo } from "../served.js";
import { digits, mebibytes, spread, table } from "../table.js";

const connections = 64;
const differentBodies = 200;

/** One way of asking one server. */
interface Cell {
  server: string;
  asked: string;
  served: Served;
  source: Source;
  rounds: Round[];
}

/** A measurement, and the yardstick's right before it: on a busy machine only neighbours can be compared. */
interface Round extends Measured {
  ratio: number;
  cpuRatio: number;
  /** CPU time of the load generator for each request. */
  generatorMs: number;
}

export const hot: Part = {
  name: "hot",
  title: "A hot dashboard",
  run: (effort) => staged((scene) => runHot(scene, effort)),
};

async function runHot(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startDashboardPlatform());
  const { cells, bytes, nodes } = await prepare(scene, platform);
  const load = scene.keep(new LoadGenerator());
  await warmUp(cells, load);
  await platform.forget();
  await measure(cells[0]!, cells, load, effort);
  const calls = (await platform.requests()).length;
  const of = (cell: Cell, figure: keyof Round) => digits(middle(cell.rounds.map((round) => round[figure])));
  const rows = cells.map((cell) => [
    cell.server,
    cell.asked,
    of(cell, "perSecond"),
    of(cell, "ratio"),
    spread(cell.rounds.map(({ ratio }) => ratio)),
    of(cell, "cpuMs"),
    of(cell, "cpuRatio"),
    of(cell, "p50Ms"),
    of(cell, "p99Ms"),
    kilobytes(middle(cell.rounds.map(({ bytes, requests }) => bytes / requests))),
  ]);
  const memory = await Promise.all(nodes.map(async (node) => [node.name, ...Object.values(await node.memory()).map(mebibytes)]));
  const heads = [
    "server",
    "asked with",
    "requests/s",
    "to node:http",
    "lowest to highest",
    "CPU ms",
    "CPU to node:http",
    "p50 ms",
    "p99 ms",
    "kB",
  ];
  return {
    markdown: [
      `A dashboard of ${skillsOfDashboard} skills, ${kilobytes(bytes)} kB, all figures fresh, ${connections} connections, ${effort.rounds} rounds in turn; medians. ${calls} platform calls were made while measuring. The load generator spent ${of(cells[0]!, "generatorMs")} ms of CPU on a request of the yardstick.`,
      table(heads, rows),
      "Memory after it, in MiB, the heap after a full collection:",
      table(["process", "resident", "heap"], memory),
    ].join("\n\n"),
    chart: {
      title: "A hot dashboard: requests per second",
      note: `as a share of what node:http sends of the same bytes; ${connections} connections, all figures fresh; more is better`,
      bars: cells.map((cell) => ({
        label: `${cell.server}, ${cell.asked}`,
        value: middle(cell.rounds.map(({ ratio }) => ratio)),
        of: cell.server.startsWith("gateway") ? ("gateway" as const) : ("yardstick" as const),
      })),
    },
  };
}

async function prepare(scene: Scene, platform: Platform): Promise<{ cells: Cell[]; bytes: number; nodes: NodeServed[] }> {
  const folder = await mkdtemp(join(tmpdir(), "speed-"));
  scene.keep({ stop: () => rm(folder, { recursive: true }) });
  const key = randomBytes(32).toString("hex");
  const keyFile = join(folder, "api-keys.yaml");
  const sha256 = createHash("sha256").update(key).digest("hex");
  await writeFile(keyFile, `keys:\n  - { name: wallboard, sha256: ${sha256}, accounts: "*" }\n`);
  const secret = randomBytes(32).toString("hex");

  const open = scene.keep(await startFreshGateway("gateway, AUTH=none", platform, { AUTH: "none" }));
  const keyed = scene.keep(await startFreshGateway("gateway, AUTH=api-key", platform, { AUTH: "api-key", API_KEYS_FILE: keyFile }));
  const tokened = scene.keep(await startFreshGateway("gateway, AUTH=jwt", platform, { AUTH: "jwt", JWT_SECRET: secret }));
  const plain = scene.keep(await startPlainApollo(platform, freshSeconds));

  const ids = await skillIds(open);
  const shown = dashboard(ids.slice(0, skillsOfDashboard));
  const ask = askGateway(shown, "Dashboard");
  const body = await answerOf(open, ask);
  const bodyFile = join(folder, "body.json");
  await writeFile(bodyFile, body);
  const bare = scene.keep(await startBare(bodyFile));

  const claims = { sub: "wallboard", accounts: "*" };
  const one = (headers?: Record<string, string>): Source => ({ kind: "rotation", asks: [{ ...ask, ...(headers && { headers }) }] });
  const different = dashboards(differentBodies, ids);
  const cell = (served: Served, asked: string, source: Source): Cell => ({ server: served.name, asked, served, source, rounds: [] });
  const everyWay = (served: Served, asker: Asker) => {
    const asked = asker(shown, "Dashboard");
    return [
      cell(served, "one request", { kind: "rotation", asks: [asked] }),
      cell(served, "unique Authorization", { kind: "numbered", ask: { ...asked, headers: { authorization: "Bearer opaque-%n%" } } }),
      cell(served, `${differentBodies} bodies`, { kind: "rotation", asks: different.map((choice, at) => asker(choice, `Dashboard${at}`)) }),
    ];
  };
  const cells = [
    cell(bare, "one request", one()),
    ...everyWay(open, askGateway),
    cell(keyed, "one key", one({ "x-api-key": key })),
    cell(tokened, "one token", one({ authorization: `Bearer ${signed(claims, secret)}` })),
    cell(tokened, "unique tokens", { kind: "tokens", ask, secret, claims }),
    ...everyWay(plain, askGateway),
  ];
  for (const peer of installedPeers(say)) cells.push(...everyWay(scene.keep(await peer.start(platform)), peer.ask));
  return { cells, bytes: Buffer.byteLength(body), nodes: [open, keyed, tokened, plain] };
}

/** Fills caches and lets the compiler do its work. */
async function warmUp(cells: readonly Cell[], load: LoadGenerator): Promise<void> {
  for (const { served, source } of cells) {
    const count = source.kind === "rotation" ? source.asks.length : 1;
    await load.run(served, { connections: 1, source, requests: count });
    await load.run(served, { connections, source, forMs: 500 });
  }
}

async function measure(bare: Cell, cells: readonly Cell[], load: LoadGenerator, { rounds, forMs }: Effort): Promise<void> {
  const runOf = async ({ served, source }: Cell, share = 1): Promise<Measured> => {
    await load.run(served, { connections, source, forMs: 100 });
    return load.measure(served, { connections, source, forMs: share * forMs });
  };
  for (let round = 0; round < rounds; round++) {
    for (const cell of cells) {
      const beside = await runOf(bare, 1 / 3);
      const measured = cell === bare ? beside : await runOf(cell);
      cell.rounds.push({
        ...measured,
        ratio: measured.perSecond / beside.perSecond,
        cpuRatio: beside.cpuMs / measured.cpuMs,
        generatorMs: measured.generatorCpuMs / measured.requests,
      });
      say(`round ${round + 1}  ${cell.server}, ${cell.asked}: ${digits(measured.perSecond)}/s, ${digits(measured.cpuMs)} ms CPU`);
    }
  }
}

const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(1);
