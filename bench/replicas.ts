import { candidates, redisPath } from "../test/redis/redis-server.js";
import { calls } from "./replicas/calls.js";
import { encoding } from "./replicas/encoding.js";
import { killed } from "./replicas/killed.js";
import { latency } from "./replicas/latency.js";
import { model } from "./replicas/model.js";
import { outage } from "./replicas/outage.js";

/** Three replicas on one Redis beside a gateway alone: calls, latency, Redis operations, and what is left when Redis or a replica goes. */
export async function benchReplicas(part: string): Promise<void> {
  if (!redisPath) throw new Error(`There is no Redis: none of ${candidates.join(", ")}. REDIS_SERVER_PATH names another.`);
  const parts: Record<string, () => Promise<void>> = { encoding, calls, latency, outage, killed, model };
  for (const [name, run] of Object.entries(parts)) if (part === "all" || part === name) await run();
}
