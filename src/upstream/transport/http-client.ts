import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Agent, errors, request } from "undici";

export interface HttpOptions {
  /** Time for a connection, TLS included. Milliseconds, default 5000. */
  connectTimeoutMs: number;
  /** Time from the request to the answer's headers. Milliseconds, default 30000. */
  headersTimeoutMs: number;
  /** Longest pause between two parts of the body. Milliseconds, default 30000. */
  bodyTimeoutMs: number;
  /** Largest body, uncompressed. Bytes, default 64 MiB. */
  maxBodyBytes: number;
}

export const defaultHttpOptions: HttpOptions = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  maxBodyBytes: 64 * 2 ** 20,
};

/** Idle connections are kept for the next poll of a wallboard, unless the server says less. */
const keepAliveTimeoutMs = 20_000;

export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface HttpResponse {
  status: number;
  /** The header Retry-After. */
  retryAfter: string | null;
  text: string;
  bytes: number;
}

/** The connection could not be made or broke off. */
export class BrokenConnection extends Error {
  override readonly name = "BrokenConnection";
}

/** The body is larger than allowed, or its compression is broken. */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
}

/** Sends one request and reads the whole answer. A signal that aborts by a timeout of its own means OutOfTime. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

/**
 * Connections of its own, kept alive. `send` rejects with OutOfTime, BrokenConnection, UnreadableBody or the signal's
 * reason; any status is an answer, a redirect too. The body of an error status may be cut without loss: then it is empty.
 */
export function createHttpClient(given: Partial<HttpOptions>): { send: Send; close(): Promise<void> } {
  const options = { ...defaultHttpOptions, ...given };
  const dispatcher = new Agent({
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  });
  const send: Send = async ({ method, url, headers, body }, signal) => {
    try {
      signal.throwIfAborted();
      const answer = await request(url, {
        dispatcher,
        signal,
        method,
        headers: { accept: "application/json", "accept-encoding": "gzip", "user-agent": "lp-metrics-gateway", ...headers },
        ...(body !== undefined && { body }),
      });
      const read = readBody(answer.body, answer.headers["content-encoding"], options.maxBodyBytes);
      const { text, bytes } = await (answer.statusCode < 300 ? read : read.catch(emptyUnless(signal)));
      return { status: answer.statusCode, retryAfter: firstOf(answer.headers["retry-after"]), text, bytes };
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : failureOf(error);
    }
  };
  return { send, close: () => dispatcher.destroy() };
}

const firstOf = (header: string | string[] | undefined): string | null => (Array.isArray(header) ? header[0] : header) ?? null;

/** `AbortSignal.timeout` aborts with a DOMException. */
const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason instanceof DOMException && reason.name === "TimeoutError" ? new OutOfTime("The time for it is over.") : reason;

/** A status that is an error says enough without its body, but not when time is over. */
const emptyUnless = (signal: AbortSignal) => (error: unknown) => {
  if (signal.aborted) throw error;
  return { text: "", bytes: 0 };
};

async function readBody(body: Readable, encoding: string | string[] | undefined, maxBytes: number) {
  const parts: Buffer[] = [];
  let bytes = 0;
  const collect = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UnreadableBody("The body is too large.");
      parts.push(chunk);
    }
  };
  await (encoding === "gzip" ? pipeline(body, createGunzip(), collect) : pipeline(body, collect));
  return { text: Buffer.concat(parts).toString("utf8"), bytes };
}

/** Whether a request failed in one of the three ways that bring no answer. */
export const isWithoutAnswer = (error: unknown): boolean =>
  error instanceof OutOfTime || error instanceof BrokenConnection || error instanceof UnreadableBody;

const timeouts = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError];

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UnreadableBody || error instanceof errors.InvalidArgumentError) return error;
  if (timeouts.some((timeout) => error instanceof timeout)) return new OutOfTime("The platform did not answer in time.");
  const decompressing = "code" in error && String(error.code).startsWith("Z_");
  return decompressing ? new UnreadableBody("The body's compression is broken.") : new BrokenConnection("The connection broke.");
}

/** Why work ended that had run out of time. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

export interface TimeLimit {
  /** Aborts with OutOfTime when the time is over, or with the given signal's own reason when that aborts first. */
  signal: AbortSignal;
  /** Lets go of the timer. */
  end(): void;
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * A limit that begins to run now; one of zero or less is over already.
 * The timer is our own. In Node 20, `AbortSignal.any` does not keep an `AbortSignal.timeout` alive: a deadline made of both never comes
 * once the garbage collector has run.
 */
export function timeLimit(limitMs: number, given?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const runOut = () => controller.abort(new OutOfTime("The time for it is over."));
  const timer = setTimeout(runOut, Math.min(Math.max(limitMs, 0), longestTimerMs));
  if (limitMs <= 0) runOut();
  return {
    signal: given ? AbortSignal.any([given, controller.signal]) : controller.signal,
    end: () => clearTimeout(timer),
  };
}

/** The outcome of work that others may share, or the signal's reason when it aborts first; the work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Texts, which stay as they are, and integers with more digits than a number holds exactly. */
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
