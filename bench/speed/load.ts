import { nextMessage, startHelper } from "./helper-process.js";
import type { Source } from "./requests.js";
import type { Served } from "./served.js";

export interface LoadRun {
  port: number;
  path: string;
  connections: number;
  source: Source;
  /** How long, or how many: one of the two. */
  forMs?: number;
  requests?: number;
}

export interface LoadResult {
  requests: number;
  ms: number;
  bytes: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the load generator for the whole run. */
  generatorCpuMs: number;
}

export type Load = Omit<LoadRun, "port" | "path">;

export interface Measured extends LoadResult {
  perSecond: number;
  /** CPU time of the server for each request. */
  cpuMs: number;
}

/** Sends requests from a process of its own, one run at a time. */
export class LoadGenerator {
  readonly #child = startHelper("load-process.ts");

  async run(served: Served, load: Load): Promise<LoadResult> {
    this.#child.send({ port: served.port, path: served.path, ...load } satisfies LoadRun);
    const { result, error } = await nextMessage<{ result?: LoadResult; error?: string }>(this.#child);
    if (!result) throw new Error(`${served.name}: ${error}`);
    return result;
  }

  /** A run with the CPU time that the server spent meanwhile. */
  async measure(served: Served, load: Load): Promise<Measured> {
    const before = await served.cpuMs();
    const result = await this.run(served, load);
    const cpuMs = ((await served.cpuMs()) - before) / result.requests;
    return { ...result, cpuMs, perSecond: (1_000 * result.requests) / result.ms };
  }

  stop(): void {
    this.#child.disconnect();
  }
}
