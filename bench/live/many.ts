import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { quantile } from "../quantile.js";
import type { Platform } from "../speed/platform.js";
import { settingsFor } from "../speed/platform.js";
import { type NodeServed, startGateway, startNode } from "../speed/served.js";
import { digits, table } from "../speed/table.js";
import { check } from "../workload.js";
import { everySeconds, others, settings, type Watched, wallboard } from "./boards.js";
import { leaveAll, type Viewer, watch, watchAll } from "./viewers.js";

export const mainViewers = 1_000;
/** In turn, so that the noise of the machine falls on all. */
const rounds = 3;
const kilobyte = 1024;
/** Those that the wallboard reads. */
const apisOfBoard: readonly string[] = ["key-metrics", "skill-segments"];
/** Of a board that moves every ten seconds. */
const statesAMinute = 6;

interface Run {
  calls: number;
  /** States of the main board. */
  states: number;
  cpuMs: number;
  pushes: number;
  bytesOfBoard: number;
  /** From the platform's last answer for a state of the main board until its last client, or each client, had it, ms. */
  toLast: number[];
  toEach: number[];
  /** From the first client of the main board to the last, ms. */
  spread: number[];
  bytesPerViewer: number;
  last: string;
}

/** A thousand who watch one board and fifty who watch others, against one of each kind, and against a server that only sends the same bytes. */
export async function many(platform: Platform, watched: { skills: string[]; agents: string[] }, states: number): Promise<string> {
  const boards = others(watched.skills, watched.agents);
  const found: Record<"one" | "all" | "bare", Run[]> = { one: [], all: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    found.one.push(await run(platform, 1, boards, Math.ceil(states / rounds)));
    found.all.push(await run(platform, mainViewers, boards, Math.ceil(states / rounds)));
    found.bare.push(await bareRun(found.all[0]!.last, mainViewers + boards.length, Math.ceil(states / rounds)));
  }
  const [one, all, bare] = [found.one, found.all, found.bare].map(together) as [Run, Run, Run];
  const callsAState = ({ calls, states: made }: Run) => calls / made;
  // What the states themselves cost is the same with one viewer.
  const further = (1_000 * (all.cpuMs - (one.cpuMs * all.states) / one.states)) / (all.pushes - (one.pushes * all.states) / one.states);
  const row = (name: string, { calls, states: made, cpuMs, pushes, toLast, toEach, spread, bytesPerViewer }: Run) => [
    name,
    Number.isNaN(calls) ? "-" : `${calls} / ${made}`,
    Number.isNaN(calls) ? "-" : digits((statesAMinute * calls) / made),
    `${pushes}`,
    digits((1_000 * cpuMs) / pushes),
    toLast.length === 0 ? "-" : `${digits(quantile(toEach, 0.5))} / ${digits(quantile(toEach, 0.99))}`,
    toLast.length === 0 ? "-" : `${digits(quantile(toLast, 0.5))} / ${digits(quantile(toLast, 0.99))}`,
    `${digits(quantile(spread, 0.5))} / ${digits(quantile(spread, 0.99))}`,
    Number.isNaN(bytesPerViewer) ? "-" : digits(bytesPerViewer / kilobyte),
  ];
  return [
    `${states} states, one each ${everySeconds} s, of ${digits(all.bytesOfBoard / kilobyte)} kB for the wallboard.`,
    "",
    table(
      [
        "",
        "platform calls / states",
        "calls a minute",
        "pushes",
        "CPU us a push",
        "answer to each client ms, p50 / p99",
        "answer to the last client ms, p50 / p99",
        "first to last ms, p50 / p99",
        "kB a viewer",
      ],
      [
        row(`${mainViewers} of one wallboard, ${boards.length} of others`, all),
        row("one of each", one),
        row("ws alone, the same bytes to as many", bare),
      ],
    ),
    "",
    `Platform calls: ${digits(callsAState(all) / callsAState(one))} of those for one viewer of each kind, a state. CPU of a further viewer's push: ${digits(further)} us, ${digits(further / ((1_000 * bare.cpuMs) / bare.pushes))} times that of ws alone.`,
  ].join("\n");
}

async function run(platform: Platform, viewersOfMain: number, boards: readonly Watched[], states: number): Promise<Run> {
  const gateway = await startGateway("gateway", { ...settingsFor(platform), ...settings });
  try {
    // What a process needs before anybody has come is not what a viewer needs.
    leaveAll([await watch(gateway.port, wallboard)]);
    const before = (await gateway.memory()).rss;
    const main = await watchAll(viewersOfMain, () => watch(gateway.port, wallboard));
    const rest = await watchAll(boards.length, (number) => watch(gateway.port, boards[number]!.query, boards[number]!.variables));
    const viewers = [...main, ...rest];
    await pause(3 * everySeconds * 1_000);
    const after = (await gateway.memory()).rss;
    const found = await measured(gateway, platform, main, viewers, states);
    return { ...found, bytesPerViewer: viewers.length > 100 ? (after - before) / viewers.length : Number.NaN };
  } finally {
    await gateway.stop();
  }
}

async function measured(
  gateway: NodeServed,
  platform: Platform,
  main: readonly Viewer[],
  viewers: readonly Viewer[],
  states: number,
): Promise<Omit<Run, "bytesPerViewer">> {
  await platform.forget();
  for (const { arrivals } of viewers) arrivals.length = 0;
  const cpuBefore = await gateway.cpuMs();
  await pause(states * everySeconds * 1_000);
  const cpuMs = (await gateway.cpuMs()) - cpuBefore;
  const pushes = viewers.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  const requests = await platform.requests();
  const answered = requests
    .filter(({ api }) => apisOfBoard.includes(api))
    .map(({ answeredAt }) => answeredAt ?? Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b);
  const counted = Math.min(...main.map(({ arrivals }) => arrivals.length));
  const toLast: number[] = [];
  const toEach: number[] = [];
  const spread = spreadOf(main, counted);
  for (let state = 0; state < counted; state++) {
    const arrivals = main.map((viewer) => viewer.arrivals[state]!.at);
    const first = Math.min(...arrivals);
    const from = answered.findLast((at) => at <= first);
    if (from === undefined) continue;
    toLast.push(Math.max(...arrivals) - from);
    for (const at of arrivals) toEach.push(at - from);
  }
  leaveAll(viewers);
  check(counted >= 0.8 * states, `a viewer of the wallboard had ${counted} states in ${states} periods`);
  const last = main[0]!.last();
  check(!last.includes('"errors"'), last.slice(0, 300));
  return { calls: requests.length, states: counted, cpuMs, pushes, bytesOfBoard: last.length, toLast, toEach, spread, last };
}

const together = (runs: readonly Run[]): Run => ({
  calls: sum(runs, ({ calls }) => calls),
  states: sum(runs, ({ states }) => states),
  cpuMs: sum(runs, ({ cpuMs }) => cpuMs),
  pushes: sum(runs, ({ pushes }) => pushes),
  bytesOfBoard: runs[0]!.bytesOfBoard,
  toLast: runs.flatMap(({ toLast }) => toLast),
  toEach: runs.flatMap(({ toEach }) => toEach),
  spread: runs.flatMap(({ spread }) => spread),
  bytesPerViewer: sum(runs, ({ bytesPerViewer }) => bytesPerViewer) / runs.length,
  last: runs[0]!.last,
});

const sum = (runs: readonly Run[], of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0);

/** How long a state was on its way from the first of them to the last, for each state. */
const spreadOf = (viewers: readonly Viewer[], states: number): number[] =>
  Array.from({ length: states }, (_, state) => {
    const at = viewers.map(({ arrivals }) => arrivals[state]!.at);
    return Math.max(...at) - Math.min(...at);
  });

async function bareRun(message: string, viewers: number, states: number): Promise<Run> {
  const file = join(mkdtempSync(join(tmpdir(), "bench-live-")), "message.json");
  writeFileSync(file, message);
  const bare = await startNode({
    name: "ws alone",
    commandLine: ["--import", "@oxc-node/core/register", fileURLToPath(new URL("bare-sockets.ts", import.meta.url))],
    environment: { BODY_FILE: file, EVERY_MS: String(everySeconds * 1_000) },
    readyPath: "/",
    path: "/graphql",
  });
  try {
    const all = await watchAll(viewers, () => watch(bare.port, wallboard));
    for (const { arrivals } of all) arrivals.length = 0;
    const cpuBefore = await bare.cpuMs();
    await pause(states * everySeconds * 1_000);
    const cpuMs = (await bare.cpuMs()) - cpuBefore;
    const pushes = all.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    const spread = spreadOf(all, Math.min(...all.map(({ arrivals }) => arrivals.length)));
    leaveAll(all);
    return {
      spread,
      states: Number.NaN,
      calls: Number.NaN,
      cpuMs,
      pushes,
      bytesOfBoard: message.length,
      toLast: [],
      toEach: [],
      bytesPerViewer: Number.NaN,
      last: message,
    };
  } finally {
    await bare.stop();
  }
}
