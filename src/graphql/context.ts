import type { Answered, Question } from "../upstream/question.js";
import type { DirectoryMemory } from "./directory-memory.js";
import type { Rights } from "./rights.js";

/**
 * What one run of an operation may use: the only way from the face to the platform. Running the operation again takes another context,
 * because the clock stands still within a run, and what a run notes is true of it alone.
 */
export interface GatewayContext {
  /**
   * Answers a question, from what the request has already asked where that contains it. Interval questions may span up to
   * 14 days: they are cut behind this function. A reply may be wider than its question. Rejects with GatewayError.
   */
  ask<Q extends Question>(question: Q): Promise<Answered<Q>>;
  /** The accounts the caller may read; all others look as if they did not exist. */
  readonly accounts: readonly ReadableAccount[];
  readonly rights: Rights;
  /** Goes into every question: see Question. */
  readonly credential: string;
  /** Epoch ms, the same throughout one run, so that outline and resolvers ask equal questions. */
  now(): number;
  /** Shared by all requests of the process. */
  readonly directoryMemory: DirectoryMemory;
  readonly freshness: Freshness;
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
export type Asker = Pick<GatewayContext, "accounts" | "rights" | "credential" | "now" | "directoryMemory" | "holdsUntil">;
