import { seeded } from "../../../src/simulator/random.js";
import { middle } from "../../quantile.js";
import { type Asker, askGateway, dashboard, shuffledDashboards, skillsOfDashboard, subsets } from "../dashboard.js";
import { installedPeers } from "../installed-peers.js";
import { LoadGenerator, type Measured } from "../load.js";
import { type Bar, type Effort, type Findings, type Part, say } from "../part.js";
import type { Source } from "../requests.js";
import { answerOf, freshSeconds, type Scene, skillIds, staged, startDashboardPlatform, startFreshGateway } from "../scene.js";
import { type Served, startPlainApollo } from "../served.js";
import { digits, spread, table } from "../table.js";

const connections = 8;
const askedSubsets = 200;
/** One round differs from the next by more than the servers differ. So the median needs more rounds than in other parts. */
const rounds = ({ quick }: Effort): number => (quick ? 3 : 11);

export const executed: Part = {
  name: "executed",
  title: "A dashboard that must be executed",
  run: (effort) => staged((scene) => runExecuted(scene, effort)),
};

/** No answer can come from a memo of answers: each request has a document or variables that were never asked. All figures are fresh. */
async function runExecuted(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startDashboardPlatform());
  const gateway = scene.keep(await startFreshGateway("gateway", platform));
  const plain = scene.keep(await startPlainApollo(platform, freshSeconds));
  const load = scene.keep(new LoadGenerator());
  const ids = (await skillIds(gateway)).slice(0, skillsOfDashboard);
  const random = seeded(1);
  const requests = effort.quick ? 600 : 1_500;

  const calls = [await callsOf(gateway, askGateway), await callsOf(plain, askGateway)];
  for (const peer of installedPeers(say)) calls.push(await staged(async (own) => callsOf(own.keep(await peer.start(platform)), peer.ask)));
  const ways: { asked: string; source: () => Source }[] = [
    { asked: "a new document each time", source: () => ({ kind: "numbered", ask: askGateway(dashboard(ids), "Dashboard%n%") }) },
    {
      asked: "one document, new variables each time",
      source: () => ({
        kind: "rotation",
        asks: shuffledDashboards(requests, ids, random).map((choice) => askGateway(choice, "Dashboard")),
      }),
    },
  ];
  const rows: string[][] = [];
  const bars: Bar[] = [];
  for (const { asked, source } of ways) {
    const found = new Map<Served, Measured[]>([gateway, plain].map((served) => [served, []]));
    for (const served of found.keys()) await load.run(served, { connections, source: source(), requests });
    for (let round = 0; round < rounds(effort); round++) {
      for (const [served, measurements] of found) {
        const measured = await load.measure(served, { connections, source: source(), requests });
        measurements.push(measured);
        say(`round ${round + 1}  ${served.name}, ${asked}: ${digits(measured.cpuMs)} ms CPU`);
      }
    }
    const ratios = found.get(gateway)!.map(({ cpuMs }, round) => cpuMs / found.get(plain)![round]!.cpuMs);
    for (const [served, measurements] of found) {
      const own = served === gateway;
      const of = (figure: keyof Measured) => digits(middle(measurements.map((measured) => measured[figure])));
      rows.push([served.name, asked, of("cpuMs"), own ? digits(middle(ratios)) : "1", own ? spread(ratios) : "", of("p50Ms"), of("p99Ms")]);
      bars.push({
        label: `${served.name}, ${asked}`,
        value: middle(measurements.map(({ cpuMs }) => cpuMs)),
        of: own ? "gateway" : "yardstick",
      });
    }
  }
  const heads = ["server", "asked with", "CPU ms", "ratio to plain", "lowest to highest", "p50 ms", "p99 ms"];
  return {
    markdown: [
      `The same dashboard with fresh figures, so the platform is not asked. Every request is new, so no kept answer can be sent. ${connections} connections, ${requests} requests a round, ${rounds(effort)} rounds in turn; medians.`,
      table(heads, rows),
      `Platform calls of the dashboard, nothing stored, and of ${askedSubsets} questions for parts of it right after:`,
      table(["server", "dashboard", `${askedSubsets} parts`], calls),
    ].join("\n\n"),
    chart: {
      title: "A dashboard that must be executed: CPU ms for each request",
      note: "all figures fresh, no answer sent twice; less is better",
      bars,
    },
  };

  /** Platform calls of the dashboard, cold, and of so many subsets of it after that. */
  async function callsOf(served: Served, asker: Asker): Promise<string[]> {
    await platform.forget();
    await answerOf(served, asker(dashboard(ids), "Dashboard"));
    const first = (await platform.requests()).length;
    for (const [at, subset] of subsets(askedSubsets, ids, seeded(2)).entries()) await answerOf(served, asker(subset, `Subset${at}`));
    return [served.name, String(first), String((await platform.requests()).length - first)];
  }
}
