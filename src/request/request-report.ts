import type { ErrorCode } from "../errors.js";
import type { Outcome, Sighting } from "../upstream/coalescing/waiter.js";
import { type ApiName, metricsApiOf, readable } from "../upstream/question.js";

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

/** Keeps the books of one request: every call and every stored answer it used, once. */
export class Ledger {
  readonly #entries = new Map<string, Sighting>();
  #freshForMs: number | null = null;
  #oldestAsOf: number | null = null;
  #stale = false;
  readonly #failures = new Map<string, { api: string; account: string; code: ErrorCode }>();

  constructor(
    private readonly remainingMs: (sighting: Sighting) => number,
    private readonly now: () => number,
  ) {}

  /**
   * The first sighting of a call tells how it came about; later ones, of the same request, only read from it. Figures tell more than
   * names, for which anything will do: a stored answer whose figures are stale is stale, and the scope is that of figures.
   */
  readonly saw = (sighting: Sighting): void => {
    const { call, family, asOf, outcome } = sighting;
    const key = call ? `call ${call.id}` : `${family} ${asOf}`;
    const first = this.#entries.get(key);
    const tells = first ? tellsMore(sighting, first) : call !== null || !this.#hasOwn(sighting);
    if (tells) this.#entries.set(key, sighting);
    if (outcome === "STALE" && sighting.failure) this.#noteFailure(sighting.question, sighting.failure);
    if (ofFigures(sighting) && asOf !== null) this.#note(this.remainingMs(sighting));
  };

  /** Notes the age of an answer from which metrics reached the client. */
  readonly note = (asOf: number, stale: boolean): void => {
    this.#oldestAsOf = Math.min(this.#oldestAsOf ?? asOf, asOf);
    this.#stale ||= stale;
  };

  freshness(): FreshnessReport | null {
    if (this.#oldestAsOf === null) return null;
    const failures = [...this.#failures.values()];
    const oldestAsOf = new Date(this.#oldestAsOf).toISOString();
    return { oldestAsOf, stale: this.#stale, ...(failures.length > 0 && { failures }) };
  }

  /** Null when no metric was used. */
  get maxAgeMs(): number | null {
    return this.#oldestAsOf === null ? null : this.#stale ? 0 : this.#freshForMs;
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
      queuedMs: Math.max(0, ...entries.map(({ queuedMs }) => queuedMs)),
      calls: entries.map((entry) => this.#line(entry)),
    };
  }

  #noteFailure({ api, account }: Sighting["question"], code: ErrorCode): void {
    this.#failures.set(`${api} ${account} ${code}`, { api: metricsApiOf[api], account, code });
  }

  #note(remainingMs: number): void {
    this.#freshForMs = Math.min(this.#freshForMs ?? remainingMs, remainingMs);
  }

  #hasOwn({ family, asOf }: Sighting): boolean {
    return [...this.#entries.values()].some((other) => other.asOf === asOf && other.family === family);
  }

  #line({ question, outcome, call, rows, ms, asOf }: Sighting): UsedCall {
    return {
      api: metricsApiOf[question.api satisfies ApiName],
      account: question.account,
      scope: scopeOf(question),
      rows,
      pages: call?.pages ?? 0,
      outcome,
      ms,
      ageMs: asOf === null ? null : Math.max(0, this.now() - asOf),
    };
  }
}

const ofFigures = ({ question }: Sighting): boolean => question.freshForMs === undefined;

function tellsMore(sighting: Sighting, first: Sighting): boolean {
  if (first.outcome === "CACHED" && sighting.outcome === "STALE") return true;
  return sighting.outcome === first.outcome && ofFigures(sighting) && !ofFigures(first);
}

/** The question without whose it is and which ids it names. */
function scopeOf({
  api: _api,
  account: _account,
  credential: _credential,
  freshForMs: _freshForMs,
  mergesOff: _mergesOff,
  ...question
}: Sighting["question"]): object {
  const {
    agents: _agents,
    skills: _skills,
    keys: _keys,
    ...scope
  } = question as typeof question & Record<"agents" | "skills" | "keys", unknown>;
  return readable(scope);
}
