import { writeFileSync } from "node:fs";
import { startLine } from "../test/support/line.js";
import { check } from "./workload.js";

const viewersAtOnce = [1, 2, 4, 8, 16, 32, 64, 128];
const seconds = 3;
const windows = [15, 30, 60];
const query =
  "query ($id: ID!, $minutes: Int!) { contactCenter { agent(id: $id) { segments(lastMinutes: $minutes) { totalAgentConversationSegments } } } }";

interface Point {
  viewers: number;
  callsPerThousand: number;
}

/** Nothing is fresh here (time to live 0), so that only waiting and flying calls can be shared: the more who wait, the more one call answers. */
export async function benchLoad(picture: string): Promise<void> {
  console.log("viewers  questions  calls  calls per 1,000 questions");
  const points: Point[] = [];
  for (const viewers of viewersAtOnce) {
    const { questions, calls } = await load(viewers);
    const callsPerThousand = (1_000 * calls) / questions;
    points.push({ viewers, callsPerThousand });
    console.log(
      `${String(viewers).padStart(7)}  ${String(questions).padStart(9)}  ${String(calls).padStart(5)}  ${callsPerThousand.toFixed(0).padStart(10)}`,
    );
  }
  check(points.at(-1)!.callsPerThousand < points[0]!.callsPerThousand / 4, "the calls for a question do not fall with load");
  writeFileSync(picture, plot(points));
  console.log(`drawn to ${picture}`);
}

async function load(viewers: number): Promise<{ questions: number; calls: number }> {
  const line = await startLine(
    { accounts: [{ id: "demo", agents: 60 }], latencyMs: { base: 80, jitter: 40 } },
    { TTL_SEGMENTS_SECONDS: "0", STALE_SECONDS: "0", LP_MAX_CONCURRENT: "2", LP_MAX_PER_MINUTE: "100000" },
  );
  try {
    const ids = line.simulator.truth("demo").agents.map(({ id }) => id);
    const end = performance.now() + seconds * 1_000;
    let questions = 0;
    const viewer = async (number: number) => {
      for (let turn = number; performance.now() < end; turn++) {
        const { errors } = await line.ask(query, { variables: { id: ids[turn % ids.length], minutes: windows[turn % windows.length] } });
        check(errors.length === 0, JSON.stringify(errors));
        questions++;
      }
    };
    await Promise.all(Array.from({ length: viewers }, (_, number) => viewer(number)));
    return { questions, calls: line.calls() };
  } finally {
    await line.stop();
  }
}

const size = { width: 640, height: 320, left: 70, right: 20, top: 40, bottom: 50 };

/** Both axes logarithmic: a call for each question would be the dashed line at 1,000. */
function plot(points: readonly Point[]): string {
  const x = (viewers: number) =>
    size.left + (Math.log2(viewers) / Math.log2(viewersAtOnce.at(-1)!)) * (size.width - size.left - size.right);
  const y = (calls: number) => size.top + ((3.1 - Math.log10(calls)) / 2.4) * (size.height - size.top - size.bottom);
  const grid = [10, 30, 100, 300, 1_000].map(
    (calls) =>
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(calls)}" y2="${y(calls)}" stroke="#ccc"${calls === 1_000 ? ' stroke-dasharray="6 4"' : ""}/><text x="${size.left - 8}" y="${y(calls) + 4}" text-anchor="end">${calls}</text>`,
  );
  const labels = points.map(({ viewers }) => `<text x="${x(viewers)}" y="${size.height - 28}" text-anchor="middle">${viewers}</text>`);
  const dots = points.map(
    ({ viewers, callsPerThousand }) => `<circle cx="${x(viewers)}" cy="${y(callsPerThousand)}" r="4" fill="#b5520b"/>`,
  );
  const path = points.map(({ viewers, callsPerThousand }) => `${x(viewers).toFixed(1)},${y(callsPerThousand).toFixed(1)}`).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${size.left}" y="20" font-size="14">Platform calls for 1,000 questions, by viewers at once (two calls at a time, nothing cached)</text>
${grid.join("\n")}
<polyline points="${path}" fill="none" stroke="#b5520b" stroke-width="2"/>
${dots.join("\n")}
${labels.join("\n")}
<text x="${(size.left + size.width - size.right) / 2}" y="${size.height - 8}" text-anchor="middle">viewers at once</text>
</svg>
`;
}
