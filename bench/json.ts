import { JSONParse } from "json-with-bigint";
import { parse as lossless } from "lossless-json";
import { agentSegmentMetrics } from "../src/catalogue/agent-segments.js";
import { exactJson } from "../src/upstream/apis/platform-form.js";
import { check } from "./workload.js";

const megabyte = 1_000_000;
const rounds = 15;

const digits = /^-?\d{16,}$/;
const parsers: Record<string, (text: string) => unknown> = {
  "JSON.parse": JSON.parse,
  "our exactJson": exactJson,
  "lossless-json": (text) => lossless(text, null, (number) => (digits.test(number) ? number : Number(number))),
  "json-with-bigint": (text) => JSONParse(text),
};

/** How long parsers that lose no digit of an id take, as ratios to JSON.parse, which does. */
export function benchJson(): void {
  for (const [name, text] of Object.entries({ "agent segments": agentSegmentsAnswer(), "ids of 19 digits": longIdsAnswer() })) {
    console.log(`${name}, ${(text.length / megabyte).toFixed(1)} MB`);
    let least: number | undefined;
    for (const [parser, parse] of Object.entries(parsers)) {
      const ms = medianMs(() => parse(text));
      least ??= ms;
      console.log(`  ${parser.padEnd(18)} ${ms.toFixed(1).padStart(6)} ms  ${(ms / least).toFixed(2)} x`);
    }
  }
  check(JSON.stringify(exactJson(longIdsAnswer())).includes('"9000000000000000001"'), "an id was rounded");
}

/** As msgagentsegments answers: ids are texts, every figure is a short number. */
function agentSegmentsAnswer(): string {
  const metrics = agentSegmentMetrics.inOrder.map(({ answer }) => answer);
  const row = (agent: number) => Object.fromEntries(metrics.map((metric, index) => [metric, (agent * 37 + index * 1_001) % 100_000]));
  return sized((agents) => ({ metricsPerAgent: Object.fromEntries(agents.map((agent) => [String(41_000_000_000 + agent), row(agent)])) }));
}

/** Rows with ids that a number cannot hold. */
function longIdsAnswer(): string {
  const text = sized((rows) => ({
    rows: rows.map((row) => ({ skillId: row, agentId: -row, skillName: `Skill ${row}`, handleTime: row * 7 })),
  }));
  return text.replace(/(Id":-?)(\d+)/g, (_, before: string, row: string) => before + (9_000_000_000_000_000_000n + BigInt(row)));
}

/** An answer with as many rows as make about a megabyte. */
function sized(answer: (rows: number[]) => unknown): string {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const bytesOfRow = JSON.stringify(answer(rows(1_000))).length / 1_000;
  return JSON.stringify(answer(rows(Math.ceil(megabyte / bytesOfRow))));
}

function medianMs(work: () => unknown): number {
  const took = Array.from({ length: rounds }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return took.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}
