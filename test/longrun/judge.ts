import type { Config } from "../../src/config.js";
import type { Truth } from "../../src/simulator/simulator.js";
import type { Comparison } from "./comparison.js";
import { type Json, type JsonObject, type Kind, msOf, objectOf, type Path, type Probe, type Scene } from "./probe.js";
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

/** Figures can be of any moment that the clock has stopped at: it moves in multiples of this. */
export const stepMs = 500;

/** Holds the answer to an operation against the truth; parts whose account is not in `readable` must be FORBIDDEN. */
export function judge(answer: Answer, parts: readonly Part[], readable: readonly string[], options: JudgeOptions): void {
  const { data, faults } = answer;
  const { comparison } = options;
  if (data === null) {
    if (faults.length === 0) comparison.complain("An operation has no data and no error.");
    return;
  }
  for (const [at, part] of parts.entries()) {
    const alias = `a${at}`;
    const actual = data[alias] ?? null;
    if (readable.includes(part.account)) judgePart(actual, part, alias, answer, options);
    else {
      comparison.compare(actual, null, `${part.account}, which is not readable,`);
      const codes = faults.filter(({ path }) => path[0] === alias).map(({ code }) => code);
      comparison.compare(codes, ["FORBIDDEN"], `the errors at ${part.account}`);
    }
  }
}

function judgePart(
  part: Json,
  { account, probes }: Part,
  alias: string,
  answer: Answer,
  { comparison, truthOf, ages }: JudgeOptions,
): void {
  const { faults, since, until } = answer;
  const scene: Scene = {
    account,
    until,
    truth: truthOf(account),
    failed: (path) => faults.some((fault) => isAt(path, fault.path)),
    aged: (measured, kind) => aged(measured, ages, kind, since, comparison),
    sometime: (kind, holds) => {
      for (let moment = until; moment >= since - ages.ttlMs[kind] - ages.staleMs; moment -= stepMs) if (holds(moment)) return true;
      return false;
    },
  };
  const { accountId = null, ...actual } = objectOf(part);
  comparison.compare(accountId, account, "accountId");
  comparison.compare(Object.keys(actual).length, probes.length, "the number of fields");
  for (const [index, probe] of probes.entries()) {
    const name = `p${index}`;
    const value = actual[name] ?? null;
    comparison.compare(value, probe.expected(value, scene, [alias, name]), `${account} ${probe.field.slice(0, 200)}…`);
  }
}

/** True where the error is at the path: it failed itself. */
const isAt = (path: Path, fault: Path): boolean => path.length === fault.length && fault.every((part, index) => part === path[index]);

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
