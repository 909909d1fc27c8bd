import type { Caller } from "../../src/server/gateway-port.js";
import { Comparison } from "./comparison.js";
import type { Dice } from "./dice.js";
import { judge, operationOf, type Part } from "./judge.js";
import type { Subject } from "./probe.js";
import { probes } from "./probes/all.js";
import type { World } from "./world.js";

export interface Tally {
  asked: number;
  /** Errors by code. */
  errors: Map<string, number>;
  comparison: Comparison;
}

/** One caller, what it may read, and what it asks of. */
export interface Asker {
  caller: Caller;
  readable: readonly string[];
}

/** Callers who ask random questions about random accounts, each answer judged as it comes. */
export class Traffic {
  readonly tally: Tally = { asked: 0, errors: new Map(), comparison: new Comparison() };
  readonly #running = new Set<Promise<void>>();
  readonly #subjects = new Map<string, Subject>();
  #crash: unknown;

  constructor(
    private readonly world: World,
    private readonly dice: Dice,
    private readonly askers: readonly Asker[],
  ) {}

  get running(): number {
    return this.#running.size;
  }

  /** Lets one caller ask one operation; `settled` tells when all have been answered. */
  launch(): void {
    const asker = this.dice.of(this.askers);
    const accounts = this.dice.some(
      this.world.simulator.accounts.map(({ id }) => id),
      2,
    );
    const parts = accounts.map((account): Part => ({ account, probes: this.#probes(account) }));
    const run = this.#ask(asker, parts).catch((error: unknown) => {
      this.#crash ??= error;
    });
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#crash) throw this.#crash;
  }

  async #ask({ caller, readable }: Asker, parts: readonly Part[]): Promise<void> {
    const { world, tally } = this;
    const answer = await world.ask(operationOf(parts), caller);
    tally.asked++;
    for (const { code } of answer.faults) tally.errors.set(code, (tally.errors.get(code) ?? 0) + 1);
    const { ttlMs, staleMs } = world.config.accounts[0]!;
    const truthOf = (account: string) => world.simulator.truth(account);
    judge(answer, parts, readable, { truthOf, ages: { ttlMs, staleMs }, comparison: tally.comparison });
  }

  #probes(account: string): Part["probes"] {
    const subject = this.#subject(account);
    return Array.from({ length: 1 + this.dice.below(3) }, () => this.dice.of(probes)(this.dice, subject));
  }

  #subject(account: string): Subject {
    const known = this.#subjects.get(account) ?? subjectOf(this.world, account);
    this.#subjects.set(account, known);
    return known;
  }
}

/** An id that no account has. */
const unheardOf = "99999";

function subjectOf({ simulator, clock }: World, account: string): Subject {
  const truth = simulator.truth(account);
  const ids = (entities: readonly { id: string }[]) => [...entities.map(({ id }) => id), unheardOf];
  const hourMs = 3_600_000;
  const to = Math.floor(clock.now() / hourMs) * hourMs;
  const question = { grouping: ["conversation"], intervalMinutes: 60, handleTimeModel: "IFT", metrics: ["handleTime"] } as const;
  const rows = truth.intervalMetrics({ ...question, from: to - 6 * hourMs, to });
  const conversations = [...new Set(rows.map(({ conversationId }) => conversationId ?? ""))].slice(-6);
  return {
    agents: ids(truth.agents),
    skills: ids(truth.skills),
    groups: ids(truth.groups),
    conversations: [...conversations, "unheard-of"],
  };
}
