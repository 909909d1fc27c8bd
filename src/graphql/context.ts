import type { Answered, Question } from "../upstream/question.js";
import type { DirectoryMemory } from "./directory-memory.js";
import type { Rights } from "./rights.js";

/** What one GraphQL request may use: the only way from the face to the platform. */
export interface GatewayContext {
  /**
   * Answers a question, from what the request has already asked where that contains it. Interval questions may span up to
   * 14 days: they are cut behind this line. A reply may be wider than its question. Rejects with GatewayError.
   */
  ask<Q extends Question>(question: Q): Promise<Answered<Q>>;
  /** The accounts the caller may read; all others look as if they did not exist. */
  readonly accounts: readonly ReadableAccount[];
  readonly rights: Rights;
  /** Goes into every question: see Question. */
  readonly credential: string;
  /** Epoch ms, the same throughout one request, so that outline and resolvers ask equal questions. */
  now(): number;
  /** Shared by all requests of the process. */
  readonly directoryMemory: DirectoryMemory;
  readonly freshness: Freshness;
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

/** What turning arguments into questions needs to know of a request. */
export type Asker = Pick<GatewayContext, "accounts" | "rights" | "credential" | "now" | "directoryMemory">;
