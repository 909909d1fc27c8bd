import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { say } from "./speed/part.js";
import { settingsFor, startPlatform } from "./speed/platform.js";
import { type NodeServed, startGateway } from "./speed/served.js";
import { digits, table } from "./speed/table.js";
import { check } from "./workload.js";

const mebibyte = 2 ** 20;
/** Rooms of the gateways that have the same traffic side by side; the last is the default. */
const rooms = [16, 32, 64];
/** Longer than a full collection and what is still under way need. */
const restMs = 10_000;
const samples = 10;

interface Holding {
  rss: number;
  held: number;
  answers: number;
  responses: number;
}

/**
 * What a gateway holds after traffic that has filled its caches many times over, and what holds it: an hour of dashboards in so many
 * minutes, each request with a window of its own, so that nothing is answered twice from what is kept. Gateways with rooms of different
 * size have it side by side: what grows with the room is the cache, what does not is the program.
 */
export async function benchSoak(minutes: number): Promise<void> {
  say("Building the gateway …");
  execFileSync("npm", ["run", "--silent", "build:server"], { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" });
  const platform = await startPlatform({ id: "demo", scale: "demo" });
  const gateways = await Promise.all(
    rooms.map((room) =>
      startGateway(`${room} MiB`, {
        ...settingsFor(platform),
        CACHE_MAX_BYTES: String(room * mebibyte),
        METRICS: "true",
        LOG_LEVEL: "silent",
      }),
    ),
  );
  try {
    await asked(gateways, 0);
    const begin = await Promise.all(gateways.map(holdingOf));
    const over: string[][] = [];
    const endAt = performance.now() + minutes * 60_000;
    let requests = 1;
    for (let sample = 1; sample <= samples; sample++) {
      const until = endAt - ((samples - sample) * minutes * 60_000) / samples;
      while (performance.now() < until) await asked(gateways, requests++);
      const now = await Promise.all(gateways.map(holdingOf));
      over.push([`${digits((sample * minutes) / samples)} min, ${requests} requests`, ...now.map(({ held }) => digits(held / mebibyte))]);
      say(over.at(-1)!.join("  "));
    }
    await pause(restMs);
    const rest = await Promise.all(gateways.map(holdingOf));
    const evictions = await Promise.all(gateways.map((gateway) => metric(gateway, 'cache_evictions_total{cache="answers"}')));
    check(evictions[0]! > 0, "the smallest cache was never full: the soak was too short");
    const [base, slope] = line(rest.map(({ answers, responses, held }) => [answers + responses, held]));
    const heads = ["MiB", ...rooms.map((room) => `CACHE_MAX_BYTES ${room} MiB`)];
    const row = (name: string, of: (holding: Holding, index: number) => number) => [
      name,
      ...rest.map((holding, index) => digits(of(holding, index) / mebibyte)),
    ];
    console.log(`## In use after a full collection, MiB\n\n${table(heads, over)}\n`);
    console.log(
      `## At rest after ${requests} requests\n\n${table(heads, [
        row("in use after the first request", (_, index) => begin[index]!.held),
        row("in use now", ({ held }) => held),
        row("cached answers, as the gateway estimates them", ({ answers }) => answers),
        row("kept responses", ({ responses }) => responses),
        row(
          "in use beside both, and beside what the first request left",
          (each, at) => each.held - each.answers - each.responses - begin[at]!.held,
        ),
        row("resident", ({ rss }) => rss),
        ["answers that went because others needed their room", ...evictions.map(String)],
      ])}\n`,
    );
    console.log(
      `Through all three: ${digits(base / mebibyte)} MiB of the program, and ${digits(slope)} bytes for each byte that the caches say they hold.\n`,
    );
    console.log(`## What the largest of them consists of\n\n${byKind(await gateways.at(-1)!.heapSnapshot())}`);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    platform.stop();
  }
}

/** The same to all, each time another window. */
async function asked(gateways: readonly NodeServed[], number: number): Promise<void> {
  const minutes = 1 + ((number * 611) % 1_440);
  const query = operations[number % operations.length]!;
  const variables = { minutes, whole: 60 * Math.ceil(minutes / 60) };
  await Promise.all(
    gateways.map(async ({ port }) => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: "POST",
        headers,
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      check(!text.includes('"errors"'), text.slice(0, 300));
    }),
  );
}

/** As a frontend sends them: the window is a variable. */
const operations: readonly string[] = [
  `query Skills($minutes: Int!) { contactCenter { skills(first: 100) { nodes {
    id name keyMetrics(lastMinutes: $minutes) { asOf avgWaitTime closedConversations csat } } } } }`,
  `query Agents($minutes: Int!) { contactCenter { agents(first: 200) { nodes {
    id name segments(lastMinutes: $minutes) { asOf totalAgentConversationSegments avgAgentSegmentDuration } } } } }`,
  `query Segments($minutes: Int!) { contactCenter { skills(first: 100) { nodes {
    id segments(lastMinutes: $minutes) { asOf totalSkillConversationSegments abandonmentRate } } } } }`,
  `query Hours($whole: Int!) { contactCenter { intervals(lastMinutes: $whole, everyMinutes: 15, groupBy: [SKILL, AGENT], first: 5000) {
    asOf nodes { from arrivals handleTime } } } }`,
];

async function holdingOf(gateway: NodeServed): Promise<Holding> {
  const held = await gateway.heldBytes();
  const { rss } = await gateway.memory();
  const answers = await metric(gateway, 'cache_bytes{cache="answers"}');
  const responses = await metric(gateway, 'cache_bytes{cache="responses"}');
  return { rss, held, answers, responses };
}

async function metric({ port }: NodeServed, series: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`lp_gateway_${series} `));
  check(found !== undefined, `/metrics has no ${series}`);
  return Number(found!.split(" ").at(-1));
}

/** The line through the points by least squares: where it begins, and how steep it is. */
function line(points: readonly (readonly [number, number])[]): [base: number, slope: number] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const slope = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return [y - slope * x, slope];
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
  strings: string[];
}

/** The parts of a heap by kind and constructor, largest first. Removes the file. */
function byKind(file: string): string {
  const { snapshot, nodes, strings } = JSON.parse(readFileSync(file, "utf8")) as Snapshot;
  rmSync(file);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const at = (name: string) => fields.indexOf(name);
  const sizes = new Map<string, { bytes: number; count: number }>();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const type = types[0][nodes[node + at("type")]!]!;
    const name = strings[nodes[node + at("name")]!]!;
    const kind = type === "object" || type === "native" ? `${type} ${name.slice(0, 40)}` : type;
    const size = sizes.get(kind) ?? { bytes: 0, count: 0 };
    sizes.set(kind, { bytes: size.bytes + nodes[node + at("self_size")]!, count: size.count + 1 });
  }
  const largest = [...sizes].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 12);
  return table(
    ["", "MiB", "how many"],
    largest.map(([kind, { bytes, count }]) => [kind, digits(bytes / mebibyte), `${count}`]),
  );
}
