import { titleOf } from "../../catalogue/catalogue.js";
import type { MetricsApi } from "../../catalogue/metric.js";
import { type ErrorCode, GatewayError } from "../../errors.js";
import { notAsDocumented } from "../apis/platform-form.js";
import { type HttpResponse, leastPauseMs } from "../call.js";

/** Work was given up because its time was over. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

/** The connection could not be made or broke off. */
export class BrokenConnection extends Error {
  override readonly name = "BrokenConnection";
}

/** The body is larger than allowed, or its compression is broken. */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
}

/** Whether a request failed in one of the three ways that bring no answer. */
export const isWithoutAnswer = (error: unknown): boolean =>
  error instanceof OutOfTime || error instanceof BrokenConnection || error instanceof UnreadableBody;

interface Asked {
  api: MetricsApi;
  account: string;
  /** As in ExchangeRequest. */
  toCheck?: string;
}

const checkCredentials = "Check that the credentials are valid and may read this API.";

/** The GatewayError for an answer with a status that is neither 200 nor 202, by the contract's table. */
export function refusal(
  { status, text, retryAfter }: HttpResponse,
  { api, account, toCheck = checkCredentials }: Asked,
  now: number,
): GatewayError {
  const error = (code: ErrorCode, what: string, wait: { retryAfterMs?: number } = {}) =>
    new GatewayError(code, `${titleOf(api)}: ${what}`, { api, account, status, ...wait });
  if (status === 401 || status === 403) return error("UPSTREAM_UNAUTHORIZED", `the platform refused access (${status}). ${toCheck}`);
  if (status === 429) {
    const what = "too many requests (429): the account's quota, which other programs may share, is used up. Ask again later.";
    return error("UPSTREAM_RATE_LIMITED", what, retryAfterMs(retryAfter, now));
  }
  if (status >= 500) return error("UPSTREAM_UNAVAILABLE", `the platform failed (${status}). Ask again later.`);
  if (status >= 400) {
    return error("UPSTREAM_REJECTED", `the platform rejected the request (${status}): ${errorSentence(text) ?? "it does not say why."}`);
  }
  if (status >= 300) {
    return error("UPSTREAM_INVALID_RESPONSE", `the platform redirects (${status}), which is not followed. Check the service's base URL.`);
  }
  return error("UPSTREAM_INVALID_RESPONSE", `the platform answered with status ${status}, which is not documented.`);
}

/** The error for an exchange that brought no answer. A reason that is none of ours, such as a caller's, stays as it is. */
export function withoutAnswer(error: unknown, { api, account }: Asked): unknown {
  if (error instanceof OutOfTime) {
    return new GatewayError("UPSTREAM_TIMEOUT", `${titleOf(api)}: the platform did not answer in time. Ask again later.`, { api, account });
  }
  if (error instanceof BrokenConnection) {
    const what = "the connection to the platform could not be made or broke off. Ask again later.";
    return new GatewayError("UPSTREAM_UNAVAILABLE", `${titleOf(api)}: ${what}`, { api, account });
  }
  return error instanceof UnreadableBody ? notAsDocumented(api, account, "it is too large or cannot be decompressed") : error;
}

/** What a Retry-After header asks for, at least 1 s: seconds, or an HTTP date seen from `now` (wall clock). Empty when it says neither. */
export function retryAfterMs(header: string | null, now: number): { retryAfterMs?: number } {
  const text = header?.trim() ?? "";
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isFinite(waitMs) ? { retryAfterMs: Math.max(leastPauseMs, waitMs) } : {};
}

// ---------------------------------------------------------------- what an error body says

/** Longest sentence taken from an error body, in characters. */
const longestSentence = 200;

/** More than this of a body, and then of what it says, is not looked at. */
const longestBody = 100_000;
const longestSaying = 1_000;

/**
 * What an error body of the platform says, as one clean sentence; null when it says nothing that can be shown. Never throws.
 * Knows the forms seen on the platform: causes and message, reason and message, internalCode and message, an error object,
 * a code alone, `oauth_problem=…`; HTML and an empty body say nothing.
 */
export function errorSentence(body: string): string | null {
  const text = body.slice(0, longestBody).trim();
  if (/^[{["]/.test(text)) return sentence(saidIn(parsed(text)));
  return text.startsWith("<") ? null : sentence(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Broken JSON says nothing.
  }
}

/** Errors within errors are followed a few levels down. */
function saidIn(body: unknown, levels = 4): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null || levels === 0) return "";
  const saidBy = (part: unknown): string => saidIn(part, levels - 1);
  if (Array.isArray(body)) return distinct(body.slice(0, 3).map(saidBy));
  const { message, reason, causes, error, code } = body as Readonly<Record<string, unknown>>;
  const said = distinct([message, reason, causes, error].map(saidBy));
  return said === "" && (typeof code === "string" || typeof code === "number") ? `code ${code}` : said;
}

const distinct = (sayings: readonly string[]): string => [...new Set(sayings.filter((saying) => saying !== ""))].join("; ");

/** What must not reach a client: addresses, paths, stacks, markup, secrets and ids of requests. */
const unfit: readonly RegExp[] = [
  /\b(?:bearer|basic)\s+\S+/gi,
  /\b[\w-]*(?:token|secret|password|authorization|signature|nonce|consumer_?key|api[-_]?key|cookie)\b"?\s*[=:]\s*\S+/gi,
  /\b(?:x-[\w-]+|(?:request|trace|correlation|transaction|session|span)[-_ ]?id)\b"?\s*[=:]?\s*\S+/gi,
  /\bat\s+[\w$.<>/]+\([^)]*\)?/g,
  /<[^>]*>?/g,
  /\S*:\/\/\S*/g,
  /\bwww\.\S+/gi,
  /\blocalhost\S*/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}\S*/g,
  /(?:[a-z0-9-]+\.)+[a-z]{2,}\b\S*/gi,
  /\/[\w.%-]+\/\S*/g,
  /\S*\?[\w.-]+=\S*/g,
  /\b(?=[\w+/=-]*\d)[\w+/=-]{20,}/g,
  /[^\P{C}\s]|[{}<>`]/gu,
];

function sentence(said: string): string | null {
  const line = unfit.reduce((text, pattern) => text.replace(pattern, " "), said.slice(0, longestSaying)).replaceAll("://", " ");
  const clean = line.replace(/\s+/g, " ").replace(/^[\s;:,.]+|[\s;:,.]+$/g, "");
  if (!/[\p{L}\d]/u.test(clean)) return null;
  return clean.length > longestSentence ? `${clean.slice(0, longestSentence - 1).trimEnd()}…` : `${clean}.`;
}
