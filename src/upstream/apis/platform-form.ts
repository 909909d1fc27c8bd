import { titleOf } from "../../catalogue/catalogue.js";
import type { Metric, MetricGroup, MetricsApi } from "../../catalogue/metric.js";
import { GatewayError } from "../../errors.js";
import type { Faults, Ids, Rows, Values } from "../question.js";

/** What the platform's APIs have in common in the form of their requests and answers. */

/** UPSTREAM_INVALID_RESPONSE; `what` completes the sentence and must not quote the answer. */
export const notAsDocumented = (api: MetricsApi, account: string, what: string): GatewayError =>
  new GatewayError("UPSTREAM_INVALID_RESPONSE", `${titleOf(api)}: the platform's answer is not as documented: ${what}.`, { api, account });

// ---------------------------------------------------------------- requests

export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** A path with its query: parameters in their order, those that are null left out. Commas and colons stay as they are. */
export function requestPath(path: string, parameters: Parameters): string {
  const parts = Object.entries(parameters).flatMap(([name, value]) => (value === null ? [] : [`${name}=${encoded(String(value))}`]));
  return `${path}?${parts.join("&")}`;
}

const encoded = (value: string): string => encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":");

/**
 * Ids as the platform lists them in a query. Throws a TypeError for an empty list, which the platform would take for every id.
 * A question about no ids makes no call.
 */
export function idList(ids: Ids): string {
  if (ids.length === 0) throw new TypeError("A call needs at least one id or all of them, but its list is empty.");
  return ids === "all" ? ids : ids.join(",");
}

// ---------------------------------------------------------------- answers

/** Texts, which stay as they are, and integers of sixteen digits or more, which a number may not hold exactly. */
const textsAndLongIntegers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g;
const sixteenDigits = /\d{16}/;

/**
 * Parses JSON without rounding an id: an integer of sixteen digits or more becomes a string of its digits.
 * Throws a SyntaxError like JSON.parse. Libraries that do the same (lossless-json, json-with-bigint) take four to six times as long on an
 * answer without such ids, and up to five times as long on one with them: `npm run bench json`.
 */
export function exactJson(text: string): unknown {
  if (!sixteenDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(textsAndLongIntegers, (found, at: number) => (isInteger(text, found, at) ? `"${found}"` : found)));
}

/** Not a text, and not the digits behind a decimal point. */
const isInteger = (text: string, found: string, at: number): boolean => found[0] !== '"' && text[at - 1] !== ".";

export type Json = Readonly<Record<string, unknown>>;

const numeral = /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/;

/** Counts are Int in the schema. */
const countLimit = 2 ** 31;

/** Whether the value is a number that a count can be: whole, from 0 to 2^31 - 1. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) < countLimit;

/**
 * Reads the parts of one API's answers: tolerant where the platform's form varies (ids and times as strings, an empty list for
 * an empty map), strict elsewhere. Every method throws UPSTREAM_INVALID_RESPONSE for what is not documented.
 */
export class AnswerReader {
  constructor(
    private readonly api: MetricsApi,
    private readonly account: string,
  ) {}

  invalid(what: string): GatewayError {
    return notAsDocumented(this.api, this.account, what);
  }

  object(value: unknown, where: string): Json {
    if (isObject(value)) return value;
    throw this.invalid(`${where} is not an object`);
  }

  /** A map that may be empty: left out, null and an empty list are the same as {}. */
  map(value: unknown, where: string): Json {
    return value === undefined || value === null || (Array.isArray(value) && value.length === 0) ? {} : this.object(value, where);
  }

  /** A map that must be there; an empty list is the same as {}. */
  requiredMap(value: unknown, where: string): Json {
    return this.object(Array.isArray(value) ? this.map(value, where) : value, where);
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw this.invalid(`${where} is not a list`);
  }

  /** A number, or a number written as text. Times may be texts; metrics may not. */
  number(value: unknown, where: string): number {
    const number = typeof value === "string" && numeral.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    throw this.invalid(`${where} is not a number`);
  }

  /** Epoch milliseconds of an RFC 3339 text. */
  instant(value: unknown, where: string): number {
    const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) throw this.invalid(`${where} is not an RFC 3339 time`);
    return ms;
  }

  /** An id as text, whether it came as number or string; null for what names nothing. */
  id(value: unknown, where: string): string | null {
    if (value === undefined || value === null || value === "" || value === "null") return null;
    if (typeof value === "string") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    throw this.invalid(`${where} is not an id`);
  }

  /** A name; null where the platform does not know one ("NA"). */
  name(value: unknown, where: string): string | null {
    if (value === undefined || value === null || value === "" || value === "NA") return null;
    if (typeof value === "string") return value;
    throw this.invalid(`${where} is not a text`);
  }

  /**
   * All metrics of the group, by field name and in schema units. Null: absent, or -1, which says "no data" of an average, a
   * duration or a ratio. Counts are whole numbers from 0 to 2^31 - 1; nothing is negative. `isEmpty`: averages are over nothing
   * and therefore null.
   */
  values(group: MetricGroup, raw: Json, isEmpty = false): Values {
    // A copy has its shape from the start. That matters for the tens of thousands of rows of a large account.
    const values = { ...nullsOf(group) };
    for (const metric of group.inOrder) {
      const value = this.#value(metric, raw[metric.answer]);
      values[metric.field] = isEmpty && metric.average ? null : value;
    }
    return values;
  }

  /** As `values`, for metrics of segments. `segments` counts them: an average over none is null, whatever the platform writes. */
  segmentValues(group: MetricGroup, segments: Metric, raw: Json): Values {
    return this.values(group, raw, raw[segments.answer] === 0);
  }

  /** One row for each id of a map. */
  rows(map: Json, where: string, read: (raw: Json) => Values): Rows {
    const rows = new Map<string, Values>();
    for (const id of Object.keys(map)) rows.set(id, read(this.object(map[id], where)));
    return rows;
  }

  #value({ answer, unit, seconds }: Metric, raw: unknown): number | null {
    if (raw === undefined || raw === null) return null;
    if (typeof raw !== "number" || !Number.isFinite(raw)) throw this.invalid(`the metric ${answer} is not a number`);
    if (raw === -1 && unit !== "COUNT") return null;
    if (raw < 0) throw this.invalid(`the metric ${answer} is negative`);
    if (unit === "COUNT" && !Number.isInteger(raw)) throw this.invalid(`the metric ${answer} is not a whole number`);
    if (unit === "COUNT" && raw >= countLimit) throw this.invalid(`the metric ${answer} is larger than any count`);
    return seconds ? Math.round(raw * 1000) : raw;
  }
}

const nulls = new WeakMap<MetricGroup, Record<string, number | null>>();

function nullsOf(group: MetricGroup): Record<string, number | null> {
  const known = nulls.get(group);
  if (known) return known;
  const made: Record<string, number | null> = Object.fromEntries(group.inOrder.map(({ field }) => [field, null]));
  nulls.set(group, made);
  return made;
}

export const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the sections of one answer separately. A fault in one is kept under its name and does not affect the others. */
export class Sections<Name extends string> {
  readonly #faults = new Map<Name, GatewayError>();

  /** What `read` returns; `otherwise` when it throws UPSTREAM_INVALID_RESPONSE. The first fault of a section is kept. */
  read<T>(name: Name, read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== "UPSTREAM_INVALID_RESPONSE") throw error;
      if (!this.#faults.has(name)) this.#faults.set(name, error);
      return otherwise;
    }
  }

  has(name: Name): boolean {
    return this.#faults.has(name);
  }

  /** Throws the first fault if all of these sections are faulty, because nothing in the answer can be used then. */
  refuseWithout(...useful: readonly Name[]): void {
    const [first] = useful.map((name) => this.#faults.get(name));
    if (first && useful.every((name) => this.#faults.has(name))) throw first;
  }

  /** The property `faults` of a reply; none when nothing is wrong. */
  get faults(): { faults?: Faults<Name> } {
    if (this.#faults.size === 0) return {};
    return { faults: Object.fromEntries([...this.#faults].map(([name, { message }]) => [name, message])) as Faults<Name> };
  }
}

/** The message of the first of these sections that is faulty; null when none is. */
export function firstFault<Name extends string>(faults: Faults<Name> | undefined, needed: readonly Name[]): string | null {
  for (const name of needed) {
    const message = faults?.[name];
    if (message !== undefined) return message;
  }
  return null;
}
