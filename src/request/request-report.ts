import type { ErrorCode } from "../errors.js";
import type { AnswerUse, Dependency, Outcome } from "../upstream/coalescing/ask.js";
import { scopeOf } from "../upstream/plan.js";
import { type Question, readable } from "../upstream/question.js";

/** One line of `extensions.upstream.calls`: a call, or a stored answer, that this request used. */
export interface UsedCall {
  api: string;
  account: string;
  /** The window, filters and grouping that questions had to share to be answered together. */
  scope: object;
  rows: number;
  pages: number;
  outcome: Outcome;
  ms: number;
  ageMs: number | null;
}

/** How old the figures are that reached the client. */
export interface FreshnessReport {
  oldestAsOf: string;
  stale: boolean;
  /** Why older figures stood in for new ones; absent when none had to. */
  failures?: { api: string; account: string; code: ErrorCode }[];
}

export interface UpstreamUse {
  planned: number;
  /** HTTP exchanges this request caused, pages and retries among them. */
  sent: number;
  joined: number;
  cached: number;
  stale: number;
  retries: number;
  queuedMs: number;
  calls: UsedCall[];
}

/** To a tenth of a millisecond. */
const tenths = (ms: number): number => Math.round(10 * ms) / 10;

/** What one request has used: every call and every stored answer, once, and what its answer depends on. */
export class RequestReport {
  readonly #entries = new Map<string, AnswerUse>();
  /** Epoch ms. */
  #freshUntil: number | null = null;
  #oldestAsOf: number | null = null;
  #stale = false;
  readonly #failures = new Map<string, { api: string; account: string; code: ErrorCode }>();

  readonly #dependencies = new Map<string, Dependency>();
  #holdsUntil = Number.POSITIVE_INFINITY;
  #repeatableUntil = Number.POSITIVE_INFINITY;

  /** Epoch ms. */
  constructor(private readonly now: () => number) {}

  /**
   * The first use of a call says how it came about; later ones, of the same request, only read from it. Figures say more than
   * names, for which anything will do: a stored answer whose figures are stale is stale, and the scope is that of figures.
   */
  readonly saw = (use: AnswerUse): void => {
    const { call, asOf, outcome, dependencies } = use;
    const key = call ? `call ${call.id}` : `${scopeOf(use.question).key} ${asOf}`;
    const first = this.#entries.get(key);
    const tells = first ? tellsMore(use, first) : call !== null || !this.#hasOwn(use);
    if (tells) this.#entries.set(key, use);
    if (outcome === "STALE" && use.failure) this.#noteFailure(use.question, use.failure);
    const isBeingRenewed = outcome === "STALE" && !use.failure;
    for (const dependency of dependencies) {
      this.#dependsOn(dependency);
      const { freshUntil, staleUntil } = dependency;
      this.#repeatableUntil = Math.min(this.#repeatableUntil, isBeingRenewed ? staleUntil : freshUntil);
    }
    if (ofFigures(use) && asOf !== null) this.#note(Math.min(...dependencies.map(({ freshUntil }) => freshUntil)));
  };

  /** Notes the age of an answer from which metrics reached the client. */
  readonly note = (asOf: number, stale: boolean): void => {
    this.#oldestAsOf = Math.min(this.#oldestAsOf ?? asOf, asOf);
    this.#stale ||= stale;
  };

  /** Notes a moment, epoch ms, from which the answer may be another one although no newer answer of the platform is there. */
  readonly noteBound = (moment: number): void => {
    this.#holdsUntil = Math.min(this.#holdsUntil, moment);
  };

  /** What the answer was made from, and until when each part of it is fresh. */
  get dependencies(): readonly Dependency[] {
    return [...this.#dependencies.values()];
  }

  /** Epoch ms; infinite when nothing but freshness bounds the answer. */
  get holdsUntil(): number {
    return this.#holdsUntil;
  }

  /** Epoch ms until which the answer holds, were nothing newer to come: all that it depends on is fresh, and no boundary is passed. */
  get goodUntil(): number {
    return Math.min(this.#holdsUntil, ...this.dependencies.map(({ freshUntil }) => freshUntil));
  }

  /**
   * Epoch ms until which an equal request may be given this very answer, were nothing newer to come: as `goodUntil`, but that what was given
   * stale while newer figures are asked for may be given so until it is too old for that.
   */
  get repeatableUntil(): number {
    return Math.min(this.#holdsUntil, this.#repeatableUntil);
  }

  freshness(): FreshnessReport | null {
    if (this.#oldestAsOf === null) return null;
    const failures = [...this.#failures.values()];
    const oldestAsOf = new Date(this.#oldestAsOf).toISOString();
    return { oldestAsOf, stale: this.#stale, ...(failures.length > 0 && { failures }) };
  }

  /** Null when no metric was used. */
  get maxAgeMs(): number | null {
    if (this.#oldestAsOf === null || this.#freshUntil === null) return null;
    return this.#stale ? 0 : Math.max(0, this.#freshUntil - this.now());
  }

  use(): UpstreamUse {
    const entries = [...this.#entries.values()];
    const own = entries.filter((entry) => entry.own);
    const count = (outcome: Outcome) => entries.filter((entry) => entry.outcome === outcome).length;
    const sum = (of: "exchanges" | "retries") => own.reduce((total, { call }) => total + (call?.[of] ?? 0), 0);
    return {
      planned: own.length,
      sent: sum("exchanges"),
      joined: count("JOINED"),
      cached: count("CACHED"),
      stale: count("STALE"),
      retries: sum("retries"),
      queuedMs: tenths(Math.max(0, ...entries.map(({ queuedMs }) => queuedMs))),
      calls: entries.map((entry) => this.#line(entry)),
    };
  }

  #noteFailure(question: Question, code: ErrorCode): void {
    const { api, account } = scopeOf(question);
    this.#failures.set(`${api.name} ${account} ${code}`, { api: api.metricsApi, account, code });
  }

  #dependsOn(dependency: Dependency): void {
    const key = JSON.stringify([dependency.scope, dependency.slot, dependency.version]);
    const known = this.#dependencies.get(key);
    if (!known || dependency.freshUntil < known.freshUntil) this.#dependencies.set(key, dependency);
  }

  #note(freshUntil: number): void {
    this.#freshUntil = Math.min(this.#freshUntil ?? freshUntil, freshUntil);
  }

  #hasOwn({ question, asOf }: AnswerUse): boolean {
    return [...this.#entries.values()].some((other) => other.asOf === asOf && scopeOf(other.question) === scopeOf(question));
  }

  #line({ question, outcome, call, rows, ms, asOf }: AnswerUse): UsedCall {
    return {
      api: scopeOf(question).api.metricsApi,
      account: question.account,
      scope: withoutIds(question),
      rows,
      pages: call?.pages ?? 0,
      outcome,
      ms: tenths(ms),
      ageMs: asOf === null ? null : Math.max(0, this.now() - asOf),
    };
  }
}

const ofFigures = ({ question }: AnswerUse): boolean => question.freshForMs === undefined;

function tellsMore(use: AnswerUse, first: AnswerUse): boolean {
  if (first.outcome === "CACHED" && use.outcome === "STALE") return true;
  return use.outcome === first.outcome && ofFigures(use) && !ofFigures(first);
}

/** The question without whose it is and which ids it names. */
function withoutIds({
  api: _api,
  account: _account,
  credential: _credential,
  freshForMs: _freshForMs,
  mergesOff: _mergesOff,
  ...question
}: AnswerUse["question"]): object {
  const {
    agents: _agents,
    skills: _skills,
    keys: _keys,
    ...scope
  } = question as typeof question & Record<"agents" | "skills" | "keys", unknown>;
  return readable(scope);
}

/** For how long a request has waited. What it waits for at the same time counts once. */
export class Waited {
  #open = 0;
  #since = 0;
  #ms = 0;

  /** `monotonic` in ms. */
  constructor(private readonly monotonic: () => number) {}

  get ms(): number {
    return this.#ms + (this.#open > 0 ? this.monotonic() - this.#since : 0);
  }

  /** The promise itself. */
  for<T>(promise: Promise<T>): Promise<T> {
    if (this.#open++ === 0) this.#since = this.monotonic();
    const over = () => {
      if (--this.#open === 0) this.#ms += this.monotonic() - this.#since;
    };
    promise.then(over, over);
    return promise;
  }
}
