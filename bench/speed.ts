import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Findings, type Part, quick, say, thorough } from "./speed/part.js";
import { big } from "./speed/parts/big.js";
import { block } from "./speed/parts/block.js";
import { cold } from "./speed/parts/cold.js";
import { executed } from "./speed/parts/executed.js";
import { growth } from "./speed/parts/growth.js";
import { hot } from "./speed/parts/hot.js";
import { start } from "./speed/parts/start.js";

const parts: readonly Part[] = [hot, executed, big, growth, block, cold, start];
export const partNames: readonly string[] = parts.map(({ name }) => name);

/** Measures one part, or all, beside yardsticks, and prints what it found. */
export async function benchSpeed(name: string | undefined, options: { quick?: true }): Promise<void> {
  say("Building the gateway …");
  execFileSync("npm", ["run", "--silent", "build:server"], { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" });
  const asked = name === undefined ? parts : parts.filter((part) => part.name === name);
  const found: [Part, Findings][] = [];
  for (const part of asked) {
    say(`${part.title} …`);
    const findings = await part.run(options.quick ? quick : thorough);
    found.push([part, findings]);
    console.log(`\n## ${part.title}\n\n${findings.markdown}\n`);
  }
}
