import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { middle } from "../../quantile.js";
import { settingsForFull, startFullPlatform } from "../full-platform.js";
import { LoadGenerator, type Measured } from "../load.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { answerOf, freshSeconds, type Scene, staged, ttl } from "../scene.js";
import { type Served, startGateway, startParseAndPrint, startPlainApollo } from "../served.js";
import { digits, spread, table } from "../table.js";
import { everything } from "../worst-requests.js";

const agents = 2_000;
/** Requests after which a server takes no less time for another. */
const untilCompiled = 15;

export const big: Part = {
  name: "big",
  title: "A big answer",
  run: (effort) => staged((scene) => runBig(scene, effort)),
};

interface Cell {
  served: Served;
  asked: string;
  requests: number;
  rounds: Measured[];
}

async function runBig(scene: Scene, { rounds, quick }: Effort): Promise<Findings> {
  const platform = scene.keep(await startFullPlatform(agents));
  const settings = settingsForFull(platform);
  const cold = scene.keep(await startGateway("gateway", { ...settings, ...ttl(0), STALE_SECONDS: "0" }));
  const stored = scene.keep(await startGateway("gateway", { ...settings, ...ttl(freshSeconds) }));
  const plainCold = scene.keep(await startPlainApollo(platform, 0));
  const plainStored = scene.keep(await startPlainApollo(platform, freshSeconds));
  const load = scene.keep(new LoadGenerator());

  const ask = everything(platform.agents);
  const answer = await answerOf(stored, { body: ask.body.replaceAll("%n%", "0") });
  const asked = await fetch(`${platform.url}/operations/api/account/bench/msgagentsegments?v=1&timeframe=60&interval=5&agentIds=all`);
  const sent = await asked.text();
  const folder = await mkdtemp(join(tmpdir(), "speed-"));
  scene.keep({ stop: () => rm(folder, { recursive: true }) });
  const [platformFile, answerFile] = [join(folder, "platform.json"), join(folder, "answer.json")];
  await Promise.all([writeFile(platformFile, sent), writeFile(answerFile, answer)]);
  const floor = scene.keep(await startParseAndPrint(platformFile, answerFile));

  const cells: Cell[] = [
    { served: floor, asked: "", requests: 4, rounds: [] },
    { served: cold, asked: "nothing stored", requests: 1, rounds: [] },
    { served: stored, asked: "from stored answers", requests: 1, rounds: [] },
    { served: plainCold, asked: "nothing stored", requests: 1, rounds: [] },
    { served: plainStored, asked: "from stored answers", requests: 1, rounds: [] },
  ];
  const source = { kind: "numbered", ask } as const;
  for (const { served } of cells) await load.run(served, { connections: 1, source, requests: untilCompiled });
  for (let round = 0; round < (quick ? 3 : rounds); round++) {
    for (const cell of cells) {
      const measured = await load.measure(cell.served, { connections: 1, source, requests: cell.requests });
      cell.rounds.push(measured);
      say(`round ${round + 1}  ${cell.served.name} ${cell.asked}: ${digits(measured.cpuMs)} ms CPU`);
    }
  }
  const [base] = cells;
  const ratios = (cell: Cell) => cell.rounds.map(({ cpuMs }, round) => cpuMs / base!.rounds[round]!.cpuMs);
  const of = (cell: Cell, figure: keyof Measured) => digits(middle(cell.rounds.map((round) => round[figure])));
  const mb = (text: string) => (Buffer.byteLength(text) / 1e6).toFixed(1);
  return {
    markdown: [
      `${agents} agents x ${Object.keys(agentSegmentMetrics.metrics).length} metrics x 12 intervals in one request: ${mb(sent)} MB from the platform, ${mb(answer)} MB to the client. The yardstick parses the first and prints the second, from bytes to bytes, and does nothing else. One request at a time, after ${untilCompiled} that are not measured; medians of ${quick ? 3 : rounds} rounds in turn.`,
      table(
        ["server", "figures", "CPU ms", "ratio to parse and print", "lowest to highest", "whole ms"],
        cells.map((cell) => [
          cell.served.name,
          cell.asked,
          of(cell, "cpuMs"),
          digits(middle(ratios(cell))),
          spread(ratios(cell)),
          of(cell, "p50Ms"),
        ]),
      ),
    ].join("\n\n"),
    chart: {
      title: `A big answer, ${mb(answer)} MB: CPU`,
      note: "in times of parsing the platform's bytes and printing the answer's; less is better",
      bars: cells.map((cell) => ({
        label: [cell.served.name, cell.asked].filter(Boolean).join(", "),
        value: middle(ratios(cell)),
        of: cell.served.name === "gateway" ? ("gateway" as const) : ("yardstick" as const),
      })),
    },
  };
}
