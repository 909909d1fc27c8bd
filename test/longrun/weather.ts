import type { Simulator } from "../../src/simulator/controls.js";
import type { FaultSpec, WireVariants } from "../../src/simulator/simulator.js";
import type { Dice } from "./dice.js";

const apis = ["agent-segments", "skill-segments", "key-metrics", "interval-metrics"] as const;

/** Each makes a burst of one kind of trouble. */
const faults: readonly ((dice: Dice) => FaultSpec)[] = [
  (dice) => ({ status: 429, times: 1 + dice.below(4), ...(dice.chance(0.5) && { retryAfterSeconds: dice.below(3) }) }),
  (dice) => ({ status: dice.one(500, 502, 503), times: 1 + dice.below(3) }),
  (dice) => ({ status: dice.one(400, 404), times: 1 }),
  () => ({ kind: "reset" }),
  () => ({ kind: "slow-body", afterMs: 60 }),
  () => ({ kind: "slow-headers", afterMs: 30 }),
  () => ({ kind: "cut-body" }),
  () => ({ kind: "truncated-json" }),
  () => ({ kind: "not-json" }),
  () => ({ kind: "html" }),
  () => ({ kind: "in-progress", api: "interval-metrics", times: 3 }),
];

/** Ways of writing the same answer; those that change what an answer says are tested where one can tell which was given. */
const variants: readonly ((dice: Dice) => Partial<WireVariants>)[] = [
  (dice) => ({ totalsName: dice.one("metricsTotal", "metricsTotals") }),
  (dice) => ({ agentIntervalsWrapped: dice.chance(0.5), skillIntervalsWrapped: dice.chance(0.5) }),
  (dice) => ({ agentIntervalOrder: dice.one("ascending", "descending"), skillIntervalOrder: dice.one("ascending", "descending") }),
  (dice) => ({ longsAsStrings: dice.chance(0.5), longsAsDecimals: dice.chance(0.5) }),
  (dice) => ({ rowIds: dice.one("mixed", "number", "string"), rowTimesShifted: dice.chance(0.5) }),
  (dice) => ({ paging: dice.one("keys", "refs", "offsets"), emptyPages: dice.chance(0.5) }),
  (dice) => ({ startedBefore: dice.chance(0.5) }),
  (dice) => ({ errorForm: null, limitRetryAfter: dice.one("seconds", "date", "none") }),
];

/** What goes wrong on the platform's side, by chance. */
export class Weather {
  #sent = 0;

  constructor(
    private readonly simulator: Simulator,
    private readonly dice: Dice,
  ) {}

  /** Faults that have hit a request. */
  get struck(): number {
    return this.#sent - this.simulator.faults().reduce((sum, { left }) => sum + (left ?? 0), 0);
  }

  /** A burst of one kind of fault on one API. */
  burst(): void {
    const spec = { api: this.dice.of(apis), times: 1, ...this.dice.of(faults)(this.dice) };
    this.#sent += spec.times;
    this.simulator.fault(spec);
  }

  /** Another way of writing answers; only while none is being read, because pages of two dialects do not fit together. */
  turn(): void {
    this.simulator.variants(this.dice.of(variants)(this.dice));
  }
}
