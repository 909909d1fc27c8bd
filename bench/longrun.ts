import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type LongRun, longRun } from "../test/longrun/long-run.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const mebibyte = 2 ** 20;
const speed = 200;
/** What the heap may grow by between the run's first half and its end, and what may be left when all is closed. */
const mostGrowthBytes = 12 * mebibyte;
const warmUpMinutes = 3;

/** Mixed traffic over random faults for so many simulated minutes: what was asked, checked and broken, and what was left behind. */
export async function benchLongRun(minutes: number): Promise<void> {
  const rejections: unknown[] = [];
  process.on("unhandledRejection", (reason) => rejections.push(reason));
  await longRun({ minutes: warmUpMinutes, seed: 1, speed });
  const before = await resting();

  const living: number[] = [];
  const run = await longRun({ minutes, seed: 2, speed, rested: () => living.push(heapBytes()) });
  const after = await resting();

  const growth = Math.max(...living.slice(-2)) - Math.max(...living.slice(0, 5));
  console.log(
    `questions asked      ${run.asked} operations in ${run.minutes.toFixed(0)} simulated minutes, ${run.requests} platform requests`,
  );
  console.log(`numbers checked      ${run.comparison.numbers}, wrong ${run.comparison.differences.length}`);
  console.log(`faults injected      ${run.faults}`);
  console.log(`errors by code       ${[...run.errors].map(([code, count]) => `${code} ${count}`).join(", ") || "none"}`);
  console.log(`heap at rests        ${living.map(mebibytes).join(" ")} MiB`);
  console.log(`heap before, after   ${mebibytes(before.heap)}, ${mebibytes(after.heap)} MiB`);
  console.log(`handles before, after ${before.handles.length}, ${after.handles.length}`);

  const failures = [
    ...run.comparison.differences,
    ...bugs(run),
    ...rejections.map((reason) => `A rejection was not handled: ${String(reason)}`),
    ...(growth > mostGrowthBytes ? [`The heap grew by ${mebibytes(growth)} MiB while running.`] : []),
    ...(after.heap - before.heap > mostGrowthBytes ? [`${mebibytes(after.heap - before.heap)} MiB are left behind.`] : []),
    ...(after.handles.length > before.handles.length ? [`Handles are left behind: ${after.handles.join(", ")}.`] : []),
  ];
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

const bugs = ({ errors, comparison }: LongRun): string[] => [
  ...(errors.has("INTERNAL_SERVER_ERROR") ? [`${errors.get("INTERNAL_SERVER_ERROR")} internal errors.`] : []),
  ...(comparison.numbers === 0 ? ["Nothing was checked."] : []),
];

/** When sockets that were closed are gone. */
async function resting(): Promise<{ heap: number; handles: string[] }> {
  await pause(500);
  return { heap: heapBytes(), handles: process.getActiveResourcesInfo() };
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const mebibytes = (bytes: number): string => (bytes / mebibyte).toFixed(1);
