import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { everySeconds } from "./live/boards.js";
import { many } from "./live/many.js";
import { restart } from "./live/restart.js";
import { slow } from "./live/slow.js";
import { wallboardPage } from "./live/wallboard.js";
import { say } from "./speed/part.js";
import { type Platform, settingsFor, startPlatform } from "./speed/platform.js";
import { startGateway } from "./speed/served.js";

export const liveParts = ["many", "slow", "restart", "wallboard"] as const;

/**
 * What subscriptions cost: a thousand viewers of one board and fifty of others for so many minutes of a board that moves every ten
 * seconds, in compressed time; a slow client among a hundred; a restart under five hundred; the wallboard in a browser. The gateway and the
 * platform are processes of their own.
 */
export async function benchLive(part: (typeof liveParts)[number] | undefined, { minutes }: { minutes: string }): Promise<void> {
  say("Building the gateway …");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" });
  const platform = await startPlatform({ id: "demo", scale: "demo", skills: 40 });
  const states = 6 * Number(minutes);
  const parts: Record<(typeof liveParts)[number], () => Promise<string>> = {
    many: async () => many(platform, await idsOf(platform), states),
    slow: () => slow(platform, states),
    restart: async () => restart(platform, await idsOf(platform)),
    wallboard: wallboardPage,
  };
  try {
    for (const name of part ? [part] : liveParts) {
      say(`${name} …`);
      console.log(`\n## ${name}\n\n${await parts[name]()}\n`);
    }
    if (part !== "wallboard")
      console.log(`A state each ${everySeconds} s stands for one each 10 s: ${states} of them for ${minutes} minutes.`);
  } finally {
    platform.stop();
  }
}

/** Whom the fifty boards are of. */
async function idsOf(platform: Platform): Promise<{ skills: string[]; agents: string[] }> {
  const gateway = await startGateway("gateway", settingsFor(platform));
  const query = "{ contactCenter { skills(first: 100) { nodes { id } } agents(first: 100) { nodes { id } } } }";
  const headers = { "content-type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${gateway.port}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  const { data } = (await response.json()) as { data: { contactCenter: Record<"skills" | "agents", { nodes: { id: string }[] }> } };
  await gateway.stop();
  const { skills, agents } = data.contactCenter;
  return { skills: skills.nodes.map(({ id }) => id), agents: agents.nodes.map(({ id }) => id) };
}
