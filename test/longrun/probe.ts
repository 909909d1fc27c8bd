import type { Truth } from "../../src/simulator/simulator.js";
import type { Dice } from "./dice.js";

/** A value as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };
export type Path = readonly (string | number)[];

/** One account, as those who ask about it know it. */
export interface Subject {
  /** Ids that occur in the account, and one that never did. */
  agents: readonly string[];
  skills: readonly string[];
  groups: readonly string[];
  conversations: readonly string[];
}

/** What an answer is held against. */
export interface Scene {
  account: string;
  /** When the answer came. */
  until: number;
  truth: Truth;
  /** True when the answer has an error at this path. */
  failed(path: Path): boolean;
  /** Complains unless the figures are of an age that their time to live and `stale` allow. */
  aged(measured: JsonObject, kind: Kind): void;
  /** Whether it holds at a moment at which the platform can have been asked, for answers that do not say when. */
  sometime(kind: Kind, holds: (at: number) => boolean): boolean;
}

export type Kind = "segments" | "keyMetrics" | "current" | "intervals";

/** A field below ContactCenter, and what its answer must be. */
export interface Probe {
  /** Without alias. */
  field: string;
  /** The whole answer as it must be, given its own asOf and window: every number of it is computed from the truth. */
  expected(answer: Json, scene: Scene, path: Path): Json;
}

export type MakeProbe = (dice: Dice, subject: Subject) => Probe;

export const objectOf = (value: Json | undefined): JsonObject => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new TypeError(`Not an object: ${JSON.stringify(value)}`);
  return value as JsonObject;
};

export const msOf = (value: Json | undefined): number => Date.parse(String(value));
export const isoOf = (ms: number): string => new Date(ms).toISOString();

export interface Span {
  from: number;
  to: number;
}

export const spanOf = (value: Json | undefined): Span => {
  const { from, to } = objectOf(value);
  return { from: msOf(from), to: msOf(to) };
};

export const windowOf = ({ from, to }: Span): JsonObject => ({ from: isoOf(from), to: isoOf(to) });

const enums = new Set(["userType", "handleTimeModel", "groupBy", "splitBy"]);

/** GraphQL arguments; undefined ones are left out. */
export function argumentsOf(args: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const literal = (name: string, value: unknown) => (enums.has(name) ? JSON.stringify(value).replaceAll('"', "") : JSON.stringify(value));
  return given.length === 0 ? "" : `(${given.map(([name, value]) => `${name}: ${literal(name, value)}`).join(", ")})`;
}

/** Ids by number, as the gateway lists them. */
export const byNumber = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0);
