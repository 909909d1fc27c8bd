import { middle } from "../../quantile.js";
import { settingsForFull, startFullPlatform } from "../full-platform.js";
import { type Effort, type Findings, type Part, say } from "../part.js";
import { startPlatform } from "../platform.js";
import type { Ask } from "../requests.js";
import { dashboardAccount, freshSeconds, type Scene, skillIds, staged, startFreshGateway, ttl } from "../scene.js";
import { type NodeServed, startGateway } from "../served.js";
import { digits, table } from "../table.js";
import { accepted, refused, type Worst } from "../worst-requests.js";

const agents = 2_000;
const skills = 200;

export const block: Part = {
  name: "block",
  title: "How long one request makes others wait",
  run: (effort) => staged((scene) => runBlock(scene, effort)),
};

interface Answered {
  status: number;
  codes: string[];
  ms: number;
  blockMs: number;
}

async function runBlock(scene: Scene, effort: Effort): Promise<Findings> {
  const platform = scene.keep(await startFullPlatform(agents));
  const simulated = scene.keep(await startPlatform({ ...dashboardAccount, skills }));
  const gateways = {
    agents: scene.keep(await startGateway("gateway", { ...settingsForFull(platform), ...ttl(freshSeconds) })),
    skills: scene.keep(await startFreshGateway("gateway", simulated)),
  };
  const ids = { agents: platform.agents, skills: await skillIds(gateways.skills) };
  const turns = effort.quick ? 3 : 7;

  const measured = async (worst: Worst, isWanted: (answered: Answered) => boolean): Promise<{ size: number; all: Answered[] } | null> => {
    const gateway = gateways[worst.of];
    for (const size of worst.sizes) {
      const ask = worst.at(size, ids[worst.of]);
      const first = await answered(gateway, ask, "0");
      if (!isWanted(first)) continue;
      const all = [first];
      for (let turn = 1; turn < turns; turn++) all.push(await answered(gateway, ask, String(turn)));
      return { size, all };
    }
    return null;
  };

  const rowsOf = async (requests: readonly Worst[], isWanted: (answered: Answered) => boolean): Promise<string[][]> => {
    const rows: string[][] = [];
    for (const worst of requests) {
      const found = await measured(worst, isWanted);
      if (!found) {
        rows.push([worst.name, "not one of its sizes", "", "", "", ""]);
        continue;
      }
      const [first, ...later] = found.all;
      const codes = [...new Set(found.all.flatMap((each) => each.codes))];
      rows.push([
        `${found.size.toLocaleString("en")} ${worst.name}`,
        codes.join(", ") || "none",
        digits(first!.blockMs),
        digits(middle(later.map(({ blockMs }) => blockMs))),
        digits(first!.ms),
        digits(middle(later.map(({ ms }) => ms))),
      ]);
      say(rows.at(-1)!.join("  "));
    }
    return rows;
  };

  const isRefused = ({ status, codes }: Answered) =>
    status >= 400 || codes.some((code) => code.endsWith("_TOO_LARGE") || code === "BAD_USER_INPUT");
  const heads = ["request", "errors", "first: block ms", "later: block ms", "first: whole ms", "later: whole ms"];
  return {
    markdown: [
      `The longest time in which the event loop did nothing else, while one request ran at default limits. \`first\`: nothing stored, nothing compiled; \`later\`: the median of ${turns - 1} more, figures stored, a new document each. Garbage collection counts, and so does a machine that gives the process no time.`,
      table(heads, await rowsOf(accepted, (answer) => !isRefused(answer))),
      "Requests that are refused:",
      table(heads, await rowsOf(refused, isRefused)),
    ].join("\n\n"),
  };
}

async function answered(gateway: NodeServed, { body }: Ask, number: string): Promise<Answered> {
  await gateway.watch();
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${gateway.port}${gateway.path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: body.replaceAll("%n%", number),
  });
  const text = await response.text();
  const ms = performance.now() - began;
  const blockMs = await gateway.longestBlockMs();
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
  return { status: response.status, codes: [...new Set(errors.map(({ extensions }) => extensions?.code ?? "none"))], ms, blockMs };
}
