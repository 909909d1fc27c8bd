import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { page } from "./speed/page.js";
import { type Findings, type Part, quick, say, thorough } from "./speed/part.js";
import { abandoned } from "./speed/parts/abandoned.js";
import { big } from "./speed/parts/big.js";
import { block } from "./speed/parts/block.js";
import { cold } from "./speed/parts/cold.js";
import { executed } from "./speed/parts/executed.js";
import { growth } from "./speed/parts/growth.js";
import { hot } from "./speed/parts/hot.js";
import { start } from "./speed/parts/start.js";
import { telemetry } from "./speed/parts/telemetry.js";
import { picture } from "./speed/picture.js";

const parts: readonly Part[] = [hot, executed, big, growth, block, abandoned, cold, start, telemetry];
export const partNames: readonly string[] = parts.map(({ name }) => name);

const root = fileURLToPath(new URL("..", import.meta.url));

/** Measures one part, or all, beside yardsticks, and prints what it found. All of them, not in a hurry, make docs/speed.md and its picture. */
export async function benchSpeed(name: string | undefined, options: { quick?: true }): Promise<void> {
  say("Building the gateway …");
  execFileSync("npm", ["run", "--silent", "build:server"], { cwd: root, stdio: "inherit" });
  const found: [Part, Findings][] = [];
  for (const part of name === undefined ? parts : parts.filter((each) => each.name === name)) {
    say(`${part.title} …`);
    const findings = await part.run(options.quick ? quick : thorough);
    found.push([part, findings]);
    console.log(`\n## ${part.title}\n\n${findings.markdown}\n`);
  }
  if (name !== undefined || options.quick) return;
  writeFileSync(`${root}/docs/images/speed.svg`, picture(found.flatMap(([, { chart }]) => chart ?? [])));
  writeFileSync(`${root}/docs/speed.md`, page(found, "images/speed.svg"));
  say("Written to docs/speed.md and docs/images/speed.svg.");
}
