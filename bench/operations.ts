import { readdirSync, readFileSync } from "node:fs";
import { startLine } from "../test/support/line.js";
import { check } from "./workload.js";

const folder = new URL("../schema/operations/", import.meta.url);

/** Platform calls of each example operation with every cache cold, by API; domain look-ups, which are kept, are not counted. */
export async function benchOperations(): Promise<void> {
  console.log(`${"operation".padEnd(28)} calls  by API`);
  for (const file of readdirSync(folder).sort()) {
    const line = await startLine({ accounts: [{ id: "demo", scale: "demo" }] });
    try {
      const { errors } = await line.ask(readFileSync(new URL(file, folder), "utf8"));
      check(errors.length === 0, `${file}: ${errors[0]?.message}`);
      const { domains: _, ...byApi } = line.simulator.counts().byApi;
      const parts = Object.entries(byApi).map(([api, calls]) => `${api} ${calls}`);
      console.log(`${file.padEnd(28)} ${String(line.calls()).padStart(5)}  ${parts.join(", ")}`);
    } finally {
      await line.stop();
    }
  }
}
