import { Campaign, type Findings, heapBytes } from "../test/fuzz/campaign.js";
import { check } from "./workload.js";

const round = 500;
const mib = 1024 * 1024;
/** A bounded cache of 8 MiB, documents that Apollo remembers (30 MiB) and the simulator's own rows stand on the heap for good. */
const mayGrowBytes = 128 * mib;

/** Half of the inputs are operations that the schema admits, half broken requests. Each round has its own seed, so that one can be run again. */
export async function benchFuzz(inputs: number, seed: number): Promise<void> {
  const campaign = await Campaign.start();
  const codes = new Map<string, number>();
  let done = 0;
  let first: number | undefined;
  try {
    for (let turn = 0; done < inputs; turn++) {
      const runs = Math.min(round, inputs - done);
      const found: Findings = turn % 2 === 0 ? await campaign.valid(runs, seed + turn) : await campaign.hostile(runs, seed + turn);
      for (const [code, count] of Object.entries(found.codes)) codes.set(code, (codes.get(code) ?? 0) + count);
      done += found.inputs;
      const heap = heapBytes();
      if (turn === 3) first = heap;
      console.log(`seed ${seed + turn}: ${done} inputs, heap ${Math.round(heap / mib)} MiB`);
      check(first === undefined || heap - first < mayGrowBytes, `the heap grows: ${Math.round(heap / mib)} MiB`);
    }
    check(await campaign.isUp(), "the server is gone");
  } finally {
    await campaign.stop();
  }
  console.log(`${done} inputs; answers by code:`);
  for (const [code, count] of [...codes].sort(([, a], [, b]) => b - a)) console.log(`  ${code.padEnd(28)} ${count}`);
}
