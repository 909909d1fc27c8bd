import type { CallContext, Exchange, ExchangeRequest } from "../../../src/upstream/call.js";

/** An answer's body, or a body with its status. */
export type Scripted = { status: number; body: unknown };

export const ok = (body: unknown): Scripted => ({ status: 200, body });

/** A platform that answers each request by `answer` and remembers what it was asked. Its clock stands at `askedAt`. */
export function scripted(answer: (request: ExchangeRequest, index: number) => Scripted, askedAt = 0) {
  const requests: ExchangeRequest[] = [];
  /** Rows of each page, in the order in which they came. */
  const read: number[] = [];
  /** How many exchanges more were asked for, each time. */
  const expected: number[] = [];
  const exchange: Exchange = async (request) => {
    requests.push(request);
    return { ...answer(request, requests.length - 1), bytes: 10, askedAt: askedAt + requests.length - 1 };
  };
  const context = (part: Partial<CallContext> = {}): CallContext => ({
    account: "le1",
    source: "tests",
    exchange,
    expects: (exchanges) => {
      expected.push(exchanges);
      return true;
    },
    parts: 1,
    read: ({ rows }) => read.push(rows),
    now: () => askedAt,
    ...part,
  });
  return { context, requests, read, expected };
}

export const queryOf = ({ path }: ExchangeRequest): Record<string, string> =>
  Object.fromEntries(new URL(path, "http://platform").searchParams);
