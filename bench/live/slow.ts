import { setTimeout as pause } from "node:timers/promises";
import { quantile } from "../quantile.js";
import { type Platform, settingsFor } from "../speed/platform.js";
import { startGateway } from "../speed/served.js";
import { digits, mebibytes, table } from "../speed/table.js";
import { check } from "../workload.js";
import { everySeconds, large, settings } from "./boards.js";
import { leaveAll, type Viewer, watch, watchAll } from "./viewers.js";

const viewers = 100;
const rounds = 2;
const kinds = ["reading", "stuck"] as const;

/**
 * A client who does not read among a hundred, against the same hundred when all of them read. Both at the same time on gateways of their
 * own, so that the noise of the machine falls on both.
 */
export async function slow(platform: Platform, states: number): Promise<string> {
  const found = { reading: [] as number[], stuck: [] as number[] };
  const grown = { reading: [] as number[], stuck: [] as number[] };
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const ended = await Promise.all(kinds.map((kind) => run(platform, kind === "stuck", Math.ceil(states / rounds))));
    for (const [index, kind] of kinds.entries()) {
      found[kind].push(...ended[index]!.delays);
      grown[kind].push(ended[index]!.grownBytes);
      bytes = ended[index]!.bytes;
    }
  }
  const row = (name: string, kind: (typeof kinds)[number]) => [
    name,
    digits(quantile(found[kind], 0.5)),
    digits(quantile(found[kind], 0.99)),
    digits(Math.max(...grown[kind]) / 1024),
  ];
  const missed = bytes * Math.ceil(states / rounds);
  const more = Math.max(...grown.stuck) - Math.max(...grown.reading);
  check(more < missed / 2, `a client who does not read costs ${digits(more / 1024)} kB`);
  return [
    `${viewers} viewers of a state of ${digits(bytes / 1024)} kB; in a round a client who does not read misses ${mebibytes(missed)} MiB.`,
    "",
    table(
      ["", "others, after the first of them ms, p50", "p99", "most memory grown kB"],
      [row("all read", "reading"), row("one does not read", "stuck")],
    ),
  ].join("\n");
}

async function run(platform: Platform, isStuck: boolean, states: number): Promise<{ delays: number[]; grownBytes: number; bytes: number }> {
  const gateway = await startGateway("gateway", { ...settingsFor(platform), ...settings, SOCKET_HEARTBEAT_SECONDS: "600" });
  try {
    const all = await watchAll(viewers, () => watch(gateway.port, large.query, large.variables));
    const [first, ...others] = all as [Viewer, ...Viewer[]];
    if (isStuck) first.socket.pause();
    await pause(2 * everySeconds * 1_000);
    const before = await gateway.heldBytes();
    for (const { arrivals } of all) arrivals.length = 0;
    await pause(states * everySeconds * 1_000);
    const grownBytes = (await gateway.heldBytes()) - before;
    const counted = Math.min(...others.map(({ arrivals }) => arrivals.length));
    check(counted >= 0.7 * states, `a viewer had ${counted} states in ${states} periods`);
    const delays = Array.from({ length: counted }, (_, state) => {
      const at = others.map(({ arrivals }) => arrivals[state]!.at);
      const first = Math.min(...at);
      return at.map((each) => each - first);
    }).flat();
    const bytes = others[0]!.last().length;
    leaveAll(all);
    return { delays, grownBytes: Math.max(0, grownBytes), bytes };
  } finally {
    await gateway.stop();
  }
}
