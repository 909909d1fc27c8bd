import { randomBytes } from "node:crypto";
import { quantile } from "../quantile.js";
import type { LoadResult, LoadRun } from "./load.js";
import { RawConnection } from "./raw-connection.js";
import { requestsOf } from "./requests.js";

/** The load generator's process: one run after another, as it is told, and what came of each. */
process.on("message", (run: LoadRun) => {
  load(run).then(
    (result) => process.send!({ result }),
    (error: Error) => process.send!({ error: error.message }),
  );
});
process.once("disconnect", () => process.exit());

const salt = randomBytes(6).toString("hex");
let runs = 0;

async function load({ port, path, connections, source, forMs, requests }: LoadRun): Promise<LoadResult> {
  runs++;
  const next = requestsOf(source, { path, salt: `${salt}${runs}` });
  const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.to(port)));
  const latencies: number[] = [];
  let left = requests ?? Number.POSITIVE_INFINITY;
  let bytes = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const end = startedAt + (forMs ?? Number.POSITIVE_INFINITY);
  await Promise.all(
    open.map(async (connection) => {
      while (left > 0) {
        left--;
        const sentAt = performance.now();
        if (sentAt >= end) return;
        const read = await connection.exchange(next());
        bytes += read;
        latencies.push(performance.now() - sentAt);
      }
    }),
  );
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const connection of open) connection.close();
  if (latencies.length === 0) throw new Error("No request was answered in time.");
  return {
    requests: latencies.length,
    ms,
    bytes,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    generatorCpuMs: (user + system) / 1_000,
  };
}
