import { middle } from "../../quantile.js";
import { askGateway, askOf, dashboard } from "../dashboard.js";
import { LoadGenerator } from "../load.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { startPlatform } from "../platform.js";
import type { Ask } from "../requests.js";
import { answerOf, dashboardAccount, freshSeconds, type Scene, skillIds, staged, startFreshGateway } from "../scene.js";
import { type NodeServed, type Served, startPlainApollo } from "../served.js";
import { digits, spread, table } from "../table.js";

const connections = 8;
const few = 20;
const many = 500;
const asked = [10, 50, 200, 500];
const stored = [10, 1_000];

export const growth: Part = {
  name: "growth",
  title: "What grows with the account, the store and the question",
  run: (effort) => staged((scene) => runGrowth(scene, effort)),
};

interface Case {
  name: string;
  served: Served;
  ask: Ask;
  requests: number;
  /** CPU ms for each request, by round. */
  cpuMs: number[];
}

/** No request has the bytes of another, and all figures are fresh, as in `executed`. */
async function runGrowth(scene: Scene, effort: Effort): Promise<Findings> {
  const load = scene.keep(new LoadGenerator());
  const account = (skills: number) => startPlatform({ ...dashboardAccount, skills });
  const [small, large] = [scene.keep(await account(few)), scene.keep(await account(many))];
  const [ofSmall, ofLarge] = [
    scene.keep(await startFreshGateway("gateway", small)),
    scene.keep(await startFreshGateway("gateway", large, { MAX_UPSTREAM_CALLS: "1000" })),
  ];
  const plain = scene.keep(await startPlainApollo(large, freshSeconds));
  const ids = await skillIds(ofLarge);
  await answerOf(ofSmall, askGateway(dashboard(await skillIds(ofSmall)), "All"));
  await answerOf(ofLarge, askGateway(dashboard(ids), "All"));
  const [littleStored, muchStored] = [
    scene.keep(await startFreshGateway("gateway", small)),
    scene.keep(await startFreshGateway("gateway", small)),
  ];
  const total = await storeTotals([littleStored, muchStored], await skillIds(ofSmall));

  const numbered = (skills: readonly string[]) => withNumber(askGateway(dashboard(skills), "Dashboard"));
  const size = effort.quick ? 1 : 2;
  const one = (served: Served, name: string): Case => ({ name, served, ask: numbered(["104"]), requests: 800 * size, cpuMs: [] });
  const ofAccount = [one(ofSmall, `${few} skills in the account`), one(ofLarge, `${many} skills in the account`)];
  const ofStore = [littleStored, muchStored].map(
    (served, at): Case => ({ name: `${stored[at]} stored answers`, served, ask: total, requests: 800 * size, cpuMs: [] }),
  );
  const ofQuestion = asked.flatMap((count) =>
    [ofLarge, plain].map(
      (served): Case => ({
        name: String(count),
        served,
        ask: numbered(ids.slice(0, count)),
        requests: Math.ceil((4_000 * size) / count),
        cpuMs: [],
      }),
    ),
  );
  const cases = [...ofAccount, ...ofStore, ...ofQuestion];
  for (const { served, ask, requests } of cases) await load.run(served, { connections, source: { kind: "numbered", ask }, requests });
  for (let round = 0; round < effort.rounds; round++) {
    for (const { name, served, ask, requests, cpuMs } of cases) {
      const measured = await load.measure(served, { connections, source: { kind: "numbered", ask }, requests });
      cpuMs.push(measured.cpuMs);
      say(`round ${round + 1}  ${served.name}, ${name}: ${digits(measured.cpuMs)} ms CPU`);
    }
  }

  const pair = (title: string, [less, more]: readonly Case[]): string[] => {
    const ratios = more!.cpuMs.map((cpuMs, round) => cpuMs / less!.cpuMs[round]!);
    return [
      title,
      less!.name,
      digits(middle(less!.cpuMs)),
      more!.name,
      digits(middle(more!.cpuMs)),
      digits(middle(ratios)),
      spread(ratios),
    ];
  };
  const perSkill = ofQuestion.map(({ name, served, cpuMs }) => [
    served.name,
    name,
    digits(middle(cpuMs)),
    digits((1_000 * middle(cpuMs)) / Number(name)),
  ]);
  return {
    markdown: [
      `CPU of a request that must be executed, all figures fresh. The first two rows ask the same and should cost the same: the ratio is 1 when it does. Medians of ${effort.rounds} rounds in turn.`,
      table(
        ["asked", "with", "CPU ms", "and with", "CPU ms", "ratio", "lowest to highest"],
        [pair("a dashboard of one skill", ofAccount), pair("a total over some skills", ofStore)],
      ),
      `Dashboards of more skills, in the account with ${many}:`,
      table(["server", "skills asked for", "CPU ms", "CPU µs for each skill"], perSkill),
    ].join("\n\n"),
  };
}

/** The same document with a variable that it does not use: new bytes, so that no answer can be sent again, and no new document. */
function withNumber({ body }: Ask): Ask {
  const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
  return askOf(query, { ...variables, number: "%n%" });
}

/** Asks each gateway for its number of totals over different skills: each is an answer of its own in one scope. Gives one that both have. */
async function storeTotals(gateways: readonly NodeServed[], ids: readonly string[]): Promise<Ask> {
  const query =
    "query Total($ids: [ID!]!) { contactCenter { skillSegments(lastMinutes: 60, skillIds: $ids) { asOf totalSkillConversationSegments } } }";
  const totalOf = (number: number): Ask => askOf(query, { ids: ids.filter((_, at) => (number >> at) & 1) });
  for (const [at, gateway] of gateways.entries()) {
    for (let number = 1; number <= stored[at]!; number++) {
      await answerOf(gateway, totalOf(number));
    }
  }
  return withNumber(totalOf(1));
}
