import type { Config } from "../../src/config.js";
import type { Truth } from "../../src/simulator/simulator.js";
import type { Comparison } from "./comparison.js";
import { type Json, type JsonObject, type Kind, msOf, type Path, type Probe, type Scene } from "./probe.js";
import type { Answer } from "./world.js";

/** Probes asked of one account in one operation, each under its own alias. */
export interface Part {
  account: string;
  probes: readonly Probe[];
}

/** One part after the other, under the aliases a0, a1…; its probes under p0, p1… */
export const operationOf = (parts: readonly Part[]): string =>
  `{ ${parts
    .map(({ account, probes }, at) => {
      const fields = probes.map(({ field }, index) => `p${index}: ${field}`).join("\n");
      return `a${at}: contactCenter(accountId: "${account}") { accountId ${fields} }`;
    })
    .join("\n")} }`;

export interface JudgeOptions {
  truthOf: (account: string) => Truth;
  ages: Pick<Config["accounts"][number], "ttlMs" | "staleMs">;
  comparison: Comparison;
}

/** The longest for which the directory's answers may be used where figures ask for the same. */
const stepMs = 500;

/** Holds the answer to an operation against the truth; parts whose account is not in `readable` must be FORBIDDEN. */
export function judge(
  { data, faults, since, until }: Answer,
  parts: readonly Part[],
  readable: readonly string[],
  options: JudgeOptions,
): void {
  const { comparison, truthOf, ages } = options;
  const failed = (path: Path) => faults.some((fault) => isWithin(path, fault.path));
  const whole = failed([]);
  if (data === null && !whole) comparison.complain("an operation has no data and no error");
  if (data === null) return;

  for (const [at, { account, probes }] of parts.entries()) {
    const alias = `a${at}`;
    const part = data[alias] ?? null;
    if (!readable.includes(account)) {
      comparison.compare(part, null, `${account}, which is not readable,`);
      const codes = faults.filter(({ path }) => path[0] === alias).map(({ code }) => code);
      comparison.compare(codes, ["FORBIDDEN"], `the errors at ${account}`);
      continue;
    }
    const scene: Scene = {
      account,
      truth: truthOf(account),
      failed,
      aged: (measured, kind) => aged(measured, ages, kind, since, comparison),
      sometime: (kind, holds) => {
        for (let moment = until; moment >= since - ages.ttlMs[kind] - ages.staleMs; moment -= stepMs) if (holds(moment)) return true;
        return false;
      },
    };
    if (part === null) {
      comparison.complain(`${account} is missing`);
      continue;
    }
    const actual = part as JsonObject;
    const expected: [string, Json][] = probes.map((probe, index) => {
      const name = `p${index}`;
      return [name, probe.expected(actual[name] ?? null, scene, [alias, name])];
    });
    comparison.compare(
      actual,
      { accountId: account, ...Object.fromEntries(expected) },
      `${account}, asked ${probes.map(({ field }) => field).join(" ")},`,
    );
  }
}

/** True where the error is at the path: it failed itself. */
const isWithin = (path: Path, fault: Path): boolean => path.length === fault.length && fault.every((part, index) => part === path[index]);

function aged(
  { asOf, stale }: JsonObject,
  { ttlMs, staleMs }: JudgeOptions["ages"],
  kind: Kind,
  since: number,
  comparison: Comparison,
): void {
  const ageMs = since - msOf(asOf);
  const fresh = kind === "intervals" ? Math.max(ttlMs.intervals, ttlMs.closedIntervals) : ttlMs[kind];
  if (ageMs > (stale ? fresh + staleMs : fresh)) comparison.complain(`${kind} of ${asOf} are ${ageMs} ms old, and stale is ${stale}`);
}
