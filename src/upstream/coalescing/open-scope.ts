import { LRUCache } from "lru-cache";
import type { GatewayError } from "../../errors.js";
import { hourMs, minuteMs } from "../../time.js";
import { ageAt, type Freshness, type Moment } from "../answers.js";
import type { AnswerRecord, Seen } from "../apis/descriptor.js";
import { nothingSeen, type Scope } from "../plan.js";
import type { Question } from "../question.js";
import type { CallInFlight } from "./call-in-flight.js";

/** How long a refusal of the platform is remembered, ms. */
const refusedForMs = 10 * minuteMs;
const mostRefused = 1_000;
const mostAcceptedIds = 10_000;
/** Shapes of questions that are remembered as in use. */
const mostInUse = 20;

const noIds: ReadonlyMap<string, GatewayError> = new Map();

/**
 * Values by key, each kept for a time; beyond `most` the ones used longest ago go. It takes memory for the values it holds: a cache with a `max`
 * would take half a megabyte for a scope at once, and there may be thousands of scopes.
 */
class Remembered<V extends {}> {
  #kept: LRUCache<string, V> | null = null;

  constructor(
    private readonly most: number,
    private readonly forMs: number,
    private readonly monotonic: () => number,
  ) {}

  get size(): number {
    return this.#kept?.size ?? 0;
  }

  set(key: string, value: V, forMs = this.forMs): void {
    const perf = { now: this.monotonic };
    this.#kept ??= new LRUCache({ maxSize: this.most, sizeCalculation: () => 1, ttl: this.forMs, ttlResolution: 0, perf });
    this.#kept.set(key, value, { ttl: forMs });
  }

  get(key: string): V | undefined {
    return this.#kept?.get(key);
  }

  has(key: string): boolean {
    return this.#kept?.has(key) ?? false;
  }

  delete(key: string): void {
    this.#kept?.delete(key);
  }

  entries(): Iterable<[string, V]> {
    return this.#kept?.entries() ?? [];
  }
}

/** What is going on in one scope. The coalescer, the open calls, the claims and the search for a refused id write it, by its methods. */
export class OpenScope {
  readonly calls = new Set<CallInFlight>();
  /** Grows whenever an answer has been stored or a call has ended: a snapshot from before is out of date. */
  version = 0;
  readonly #inUse: Remembered<Question>;
  readonly #refusedIds: Remembered<GatewayError>;
  readonly #refusedArguments: Remembered<GatewayError>;
  readonly #acceptedArguments: Remembered<true>;
  readonly #acceptedIds: Remembered<true>;
  /** By id: the ids of a refused call that no search has told apart yet. */
  readonly #suspects: Remembered<readonly string[]>;
  #refusedAdditionsUntil = Number.NEGATIVE_INFINITY;

  constructor(
    readonly scope: Scope,
    private readonly monotonic: () => number,
  ) {
    const forTenMinutes = <V extends {}>(most: number) => new Remembered<V>(most, refusedForMs, monotonic);
    this.#refusedIds = forTenMinutes(mostRefused);
    this.#refusedArguments = forTenMinutes(mostRefused);
    this.#acceptedArguments = forTenMinutes(mostRefused);
    this.#acceptedIds = forTenMinutes(mostAcceptedIds);
    this.#suspects = forTenMinutes(mostRefused);
    this.#inUse = new Remembered(mostInUse, minuteMs, monotonic);
  }

  /** Notes that the question is asked now: for `forMs` it counts as asked again and again. */
  uses(question: Question, forMs: number): void {
    this.#inUse.set(this.scope.api.signature(question), question, Math.max(1, forMs));
  }

  refuseIds(ids: readonly string[], error: GatewayError): void {
    for (const id of ids) this.#refusedIds.set(id, error);
  }

  refuseArguments(questions: readonly Question[], error: GatewayError): void {
    for (const question of questions) this.#refusedArguments.set(this.scope.api.signature(question), error);
  }

  /** The platform has answered these: if it refuses calls like them, an id is at fault. */
  acceptArguments(questions: readonly Question[]): void {
    for (const question of questions) {
      const signature = this.scope.api.signature(question);
      this.#acceptedArguments.set(signature, true);
      this.#refusedArguments.delete(signature);
      const ids = this.scope.api.ids(question);
      if (ids !== null && ids !== "all") for (const id of ids) this.#acceptedIds.set(id, true);
    }
  }

  acceptedArgument = (question: Question): boolean => this.#acceptedArguments.has(this.scope.api.signature(question));

  acceptedId = (id: string): boolean => this.#acceptedIds.has(id);

  /** A search ended before it found which of these ids is refused. */
  suspect(ids: readonly string[]): void {
    for (const id of ids) this.#suspects.set(id, ids);
  }

  /** The suspects among the ids, in the groups in which searches left them. */
  suspectsAmong(ids: readonly string[]): string[][] {
    const groups = new Map<readonly string[], string[]>();
    for (const id of ids) {
      const group = this.#refusedIds.has(id) ? undefined : this.#suspects.get(id);
      if (group) groups.set(group, [...(groups.get(group) ?? []), id]);
    }
    return [...groups.values()];
  }

  /** The platform has refused a call for what the gateway had added to it. */
  refuseAdditions(): void {
    this.#refusedAdditionsUntil = this.monotonic() + refusedForMs;
  }

  get refused(): { argument(question: Question): GatewayError | null; ids: ReadonlyMap<string, GatewayError> } {
    return {
      argument: (question) =>
        this.#refusedArguments.size === 0 ? null : (this.#refusedArguments.get(this.scope.api.signature(question)) ?? null),
      ids: this.#refusedIds.size === 0 ? noIds : new Map(this.#refusedIds.entries()),
    };
  }

  /** Those of its calls that are not over. */
  get openCalls(): CallInFlight[] {
    return [...this.calls].filter((call) => !call.isOver);
  }

  /** What earlier answers and calls have shown. `records`: those stored. */
  seen(records: readonly AnswerRecord[], sizes: SizesSeen, { ttlMs }: Freshness, present: Moment, triesAll: boolean): Seen {
    if (this.monotonic() < this.#refusedAdditionsUntil) return nothingSeen;
    const ttl = ttlMs[this.scope.api.kinds[0]];
    const sent = this.openCalls.filter(({ sentAt }) => sentAt !== null);
    const fresh = () => records.filter((record) => ageAt(record, present) < ttl);
    const inUse = () => {
      const oldestFirst = [...this.#inUse.entries()].map(([, question]) => ({ question, asOf: asOfIn(records, question, this.scope) }));
      return oldestFirst.sort((a, b) => a.asOf - b.asOf).map(({ question }) => question);
    };
    return new SeenInScope(this.scope, sizes, sent, triesAll, fresh, inUse);
  }
}

/** Only planning a call looks at what is fresh and in use: a question that stored answers hold is spared the walk over all that is stored. */
class SeenInScope implements Seen {
  #fresh: Seen["fresh"] | undefined;
  #inUse: Seen["inUse"] | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly sizes: SizesSeen,
    private readonly sent: readonly CallInFlight[],
    readonly triesAll: boolean,
    private readonly findFresh: () => Seen["fresh"],
    private readonly findInUse: () => Seen["inUse"],
  ) {}

  get fresh(): Seen["fresh"] {
    this.#fresh ??= this.findFresh();
    return this.#fresh;
  }

  get inUse(): Seen["inUse"] {
    this.#inUse ??= this.findInUse();
    return this.#inUse;
  }

  size(name: string): number | undefined {
    return this.sizes.known(this.scope, name);
  }

  spentOnNamed(shape: string): number {
    const { api } = this.scope;
    const pages = this.fresh.filter(({ call }) => api.shape(call) === shape).map((record) => record.pages);
    const exchanges = this.sent.filter(({ call }) => api.shape(call) === shape).map(({ plan }) => plan.exchanges);
    return [...pages, ...exchanges].reduce((sum, spent) => sum + spent, 0);
  }
}

/** When the newest answer that holds the question was asked for; 0 when none does. */
const asOfIn = (records: readonly AnswerRecord[], question: Question, { api }: Scope): number =>
  records.find(({ call, reply }) => api.covered(call, question, reply) !== null)?.reply.asOf ?? 0;

// ---------------------------------------------------------------- sizes

const mostSizes = 10_000;

/**
 * How large answers were, for the whole account as one credential sees it, by names that each API chooses; whatever window they were of.
 * Each size is known for an hour. `monotonic` in ms.
 */
export class SizesSeen {
  readonly #sizes: LRUCache<string, number>;

  constructor(monotonic: () => number) {
    this.#sizes = new LRUCache({ max: mostSizes, ttl: hourMs, ttlResolution: 0, perf: { now: monotonic } });
  }

  learn(scope: Scope, record: AnswerRecord): void {
    for (const [name, size] of scope.api.sizes(record)) this.#learn(scope, name, size);
  }

  /** What the pages of an answer showed that was not read to its end. */
  learnAtLeast(scope: Scope, call: AnswerRecord["call"], rows: number): void {
    for (const [name, size] of scope.api.sizesSoFar(call, rows)) this.#learn(scope, name, size);
  }

  known(scope: Scope, name: string): number | undefined {
    return this.#sizes.get(keyOf(scope, name));
  }

  #learn(scope: Scope, name: string, size: number): void {
    const before = scope.api.sizesVary ? (this.known(scope, name) ?? 0) : 0;
    this.#sizes.set(keyOf(scope, name), Math.max(size, before));
  }
}

const keyOf = ({ api, account, credential }: Scope, name: string): string => JSON.stringify([api.name, account, credential, name]);
