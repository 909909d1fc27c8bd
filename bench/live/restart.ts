import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { inherited } from "../speed/helper-process.js";
import { type Platform, settingsFor } from "../speed/platform.js";
import { ended, freePort, readyAt } from "../speed/served.js";
import { digits, table } from "../speed/table.js";
import { check } from "../workload.js";
import { others, settings, type Watched, wallboard } from "./boards.js";

const viewersOfMain = 450;
/** Long enough that nothing is asked twice while all come back. */
const patient = { ...settings, TTL_CURRENT_SECONDS: "600", TTL_KEY_METRICS_SECONDS: "600", TTL_SEGMENTS_SECONDS: "600" };

interface Watching {
  client: Client;
  /** The data of the latest state since the last `forget`. */
  data: string | null;
  closedWith: number[];
}

/** The gateway restarted under 500 subscribers, against a cold start with one of each kind. */
export async function restart(platform: Platform, watched: { skills: string[]; agents: string[] }): Promise<string> {
  const boards = others(watched.skills, watched.agents);
  const kinds: Watched[] = [{ query: wallboard }, ...boards];
  const many = [...Array.from({ length: viewersOfMain }, () => kinds[0]!), ...boards];
  const port = await freePort();

  const cold = await start(port, platform);
  await platform.forget();
  const few = kinds.map((kind) => subscribe(port, kind));
  await all(few);
  const coldCalls = (await platform.requests()).length;
  for (const { client } of few) await client.dispose();
  await ended(cold);

  const before = await start(port, platform);
  const viewers = many.map((kind) => subscribe(port, kind));
  await all(viewers);
  for (const viewer of viewers) viewer.data = null;
  const stoppedAt = performance.now();
  before.kill("SIGTERM");
  await once(before, "exit");
  const stopMs = performance.now() - stoppedAt;
  await platform.forget();
  const after = await start(port, platform);
  const readyAfter = performance.now();
  await all(viewers);
  const backMs = performance.now() - readyAfter;
  const calls = (await platform.requests()).length;

  const announced = viewers.filter(({ closedWith }) => closedWith[0] === 1001).length;
  check(announced === viewers.length, `${announced} of ${viewers.length} sockets were closed with 1001`);
  const wrong = await differing(port, many, viewers);
  check(wrong === 0, `${wrong} of ${viewers.length} viewers have another state than a query gives`);
  check(calls <= coldCalls, `the restart caused ${calls} calls, a cold start with one of each kind ${coldCalls}`);
  for (const { client } of viewers) await client.dispose();
  await ended(after);
  return table(
    ["", "platform calls", "stopped in ms", "all back ms after it was ready", "with the state that a query gives"],
    [
      ["cold start, one of each kind", `${coldCalls}`, "-", "-", "-"],
      [
        `restart under ${many.length} subscribers`,
        `${calls}`,
        digits(stopMs),
        digits(backMs),
        `${viewers.length - wrong} of ${viewers.length}`,
      ],
    ],
  );
}

async function start(port: number, platform: Platform): Promise<ChildProcess> {
  const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "serve"], {
    env: inherited({ ...settingsFor(platform), ...patient, PORT: String(port), NODE_ENV: "production" }),
    stdio: ["ignore", "ignore", "inherit"],
  });
  await readyAt("gateway", child, port, "/readyz");
  return child;
}

/** As a frontend would: a client of graphql-ws that connects again by itself. */
function subscribe(port: number, { query, variables = {} }: Watched): Watching {
  const watching: Watching = { client: null as never, data: null, closedWith: [] };
  watching.client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 100,
    shouldRetry: () => true,
    on: { closed: (event) => void watching.closedWith.push((event as { code: number }).code) },
  });
  watching.client.subscribe(
    { query, variables },
    {
      next: ({ data }) => {
        watching.data = JSON.stringify(data);
      },
      error: (error) => {
        throw new Error(`A subscription ended: ${JSON.stringify(error)}`);
      },
      complete: () => undefined,
    },
  );
  return watching;
}

async function all(viewers: readonly Watching[]): Promise<void> {
  const end = performance.now() + 120_000;
  while (viewers.some(({ data }) => data === null)) {
    check(performance.now() < end, `${viewers.filter(({ data }) => data === null).length} viewers have no state after two minutes`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How many have another state than the same query gives over HTTP. */
async function differing(port: number, many: readonly Watched[], viewers: readonly Watching[]): Promise<number> {
  const answers = new Map<string, string>();
  let wrong = 0;
  for (const [index, { query, variables = {} }] of many.entries()) {
    const asQuery = query.replace("subscription", "query").replace(/contactCenter\(everySeconds: \d+\)/, "contactCenter");
    const body = JSON.stringify({ query: asQuery, variables });
    if (!answers.has(body)) {
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      answers.set(body, JSON.stringify(((await response.json()) as { data: unknown }).data));
    }
    if (answers.get(body) !== viewers[index]!.data) wrong++;
  }
  return wrong;
}
