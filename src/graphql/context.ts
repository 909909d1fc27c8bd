import { setMaxListeners } from "node:events";
import type { FieldNode } from "graphql";
import { badInput, GatewayError } from "../errors.js";
import type { AnswerTo, Question } from "../upstream/question.js";
import type { DirectoryMemory } from "./directory-memory.js";
import type { SelectedOperation } from "./selection.js";

/**
 * What one run of an operation may use: the only way from the face to the platform. Running the operation again takes another context,
 * because the clock stands still within a run, and what a run notes is true of it alone.
 */
export interface GatewayContext {
  /**
   * What comes of a question: at once when the request has asked it before, or one that contains it, and the answer is there. Interval
   * questions may span up to 14 days: they are cut behind this function. A reply may be wider than its question.
   */
  ask<Q extends Question>(question: Q): AnswerTo<Q> | Promise<AnswerTo<Q>>;
  /** The accounts the caller may read; all others look as if they did not exist. */
  readonly accounts: readonly ReadableAccount[];
  readonly rights: Rights;
  /** Goes into every question: see Question. */
  readonly credential: string;
  /** Epoch ms, the same throughout one run, so that outline and resolvers ask equal questions. */
  now(): number;
  /** Shared by all requests of the process. */
  readonly directoryMemory: DirectoryMemory;
  /** The questions that the outline has made. */
  readonly planned: PlannedQuestions;
  readonly freshness: Freshness;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbandonedSignal;
  /**
   * Notes a moment (epoch ms) at which the answer may change although every answer of the platform is still fresh: a window that moves
   * on or passes out of reach, a remembered name that is forgotten. The answer holds until the earliest moment noted.
   */
  holdsUntil(moment: number): void;
}

export interface ReadableAccount {
  readonly id: string;
  /** How far back windows of the key messaging metrics may reach, in hours. */
  readonly keyMetricsLookbackHours: number;
}

/** Collects the age of every metric answer that an answer to a client was made from. */
export interface Freshness {
  /** `asOf`: epoch ms at which the platform was asked. */
  note(asOf: number, stale: boolean): void;
}

/** What turning arguments into questions needs to know of a run. */
export type Asker = Pick<GatewayContext, "accounts" | "rights" | "credential" | "now" | "directoryMemory" | "holdsUntil" | "planned">;

/** Entities of one account, by their ids. */
interface Entities {
  readonly account: string;
  readonly ids: readonly string[] | null;
}

/** One field as one part of a document selects it, on these entities. */
interface PlannedField {
  readonly nodes: readonly FieldNode[];
  readonly entities: Entities;
  /** Null: the field means nothing. */
  readonly questions: readonly Question[] | null;
}

/**
 * What the outline found out for one run: the operation, and the questions of its fields. A resolver for the same entities takes
 * the questions from here.
 */
export class PlannedQuestions {
  operation: SelectedOperation | null = null;
  readonly #byLabel = new Map<string, PlannedField[]>();

  /** `label`: type and name of the field, for example Agent.segments. */
  note(label: string, field: PlannedField): void {
    const known = this.#byLabel.get(label);
    if (known) known.push(field);
    else this.#byLabel.set(label, [field]);
  }

  /** Undefined when the outline has not seen the field on these entities. */
  find(label: string, nodes: readonly FieldNode[], { account, ids }: Entities): readonly Question[] | null | undefined {
    return this.#byLabel
      .get(label)
      ?.find((field) => field.entities.account === account && areEqual(field.nodes, nodes) && areEqual(field.entities.ids ?? [], ids ?? []))
      ?.questions;
  }
}

const areEqual = <T>(some: readonly T[], others: readonly T[]): boolean =>
  some === others || (some.length === others.length && some.every((each, index) => each === others[index]));

/** What the caller may, besides reading accounts. */
export interface Rights {
  /** Single conversations: who handled which, and when. */
  readonly conversations: boolean;
  /** Entities by reference, and the subgraph's own text: a router's own questions. */
  readonly router: boolean;
}

/** What is read of an AbortSignal: whether anybody still waits for an answer. */
export interface AbandonedSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * Says that nobody waits for an answer any more. The AbortSignal behind it is created when something listens. Most answers need none, and
 * creating one costs as much as parsing a request.
 */
export class Abandonment implements AbandonedSignal {
  #controller: AbortController | null = null;
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** As with an AbortSignal, a listener that comes too late is not called. */
  addEventListener(type: "abort", listener: () => void, options: { once: true }): void {
    if (this.#aborted) return;
    if (!this.#controller) {
      this.#controller = new AbortController();
      // Each question that waits listens to it, however many there are.
      setMaxListeners(0, this.#controller.signal);
    }
    this.#controller.signal.addEventListener(type, listener, options);
  }

  removeEventListener(type: "abort", listener: () => void): void {
    this.#controller?.signal.removeEventListener(type, listener);
  }
}

/** Throws UPSTREAM_UNAVAILABLE, which nobody reads, when nobody waits for the answer any more. */
export function demandWaiting(signal: AbandonedSignal | undefined): void {
  if (signal?.aborted) throw new GatewayError("UPSTREAM_UNAVAILABLE", "Nobody waits for the answer any more.");
}

/** Throws FORBIDDEN unless the caller may read single conversations. */
export function demandConversations({ rights }: Pick<GatewayContext, "rights">): void {
  if (!rights.conversations)
    throw new GatewayError("FORBIDDEN", "You may not read single conversations: your key or token lacks the right conversations.");
}

/** Throws FORBIDDEN unless the caller showed the router's secret. */
export function demandRouter({ rights }: Pick<GatewayContext, "rights">): void {
  if (!rights.router)
    throw new GatewayError("FORBIDDEN", "Only the router may ask for this: the header x-router-secret is missing or wrong.");
}

type Caller = Pick<GatewayContext, "accounts">;
/** No account has a longer id. */
const longestShown = 64;

/** The account that is meant: the one named, or the only one there is. Throws FORBIDDEN, and BAD_USER_INPUT when several could be meant. */
export function accountMeant({ accounts }: Caller, accountId: string | null | undefined): string {
  if (typeof accountId === "string") return readableAccount({ accounts }, accountId);
  if (accounts.length > 1) throw badInput("accountId", `one of ${accounts.map(({ id }) => id).join(", ")}`, null);
  const [only] = accounts;
  if (!only) throw new GatewayError("FORBIDDEN", "You may not read any account.");
  return only.id;
}

/** The id itself. Throws FORBIDDEN for an account that may not be read or does not exist: the two look the same. */
export function readableAccount({ accounts }: Caller, accountId: string): string {
  if (accounts.some(({ id }) => id === accountId)) return accountId;
  const named = JSON.stringify(accountId.slice(0, longestShown));
  throw new GatewayError("FORBIDDEN", `accountId ${named} does not exist, or you may not read it.`);
}
