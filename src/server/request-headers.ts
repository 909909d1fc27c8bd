import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";
import { badInput } from "../errors.js";
import type { Explain } from "./gateway-port.js";

/** By which a client, the gateway's log and whatever stands between them name one request. */
export const requestIdHeader = "x-request-id";

/** Nothing that could forge a line of a log. */
const wellFormed = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;

/** The id that the request came with, when it is well formed; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers[requestIdHeader];
  return typeof given === "string" && wellFormed.test(given) ? given : randomUUID();
}

export const explainHeader = "x-gateway-explain";

/** What the header asks for; null when absent. Throws BAD_USER_INPUT for any other value. */
export function explainOf(value: string | string[] | undefined): Explain | null {
  if (value === undefined || value === "calls" || value === "plan") return value ?? null;
  throw badInput(`Header ${explainHeader}`, "calls or plan", value);
}

/** Which program asks, by its own word. */
export interface ClientProgram {
  name: string;
  version?: string;
}

/** The headers of Apollo Client, and of those that follow GraphQL's own name. */
const clientNames = ["apollographql-client-name", "graphql-client-name"] as const;
const versionBeside = {
  "apollographql-client-name": "apollographql-client-version",
  "graphql-client-name": "graphql-client-version",
} as const;
/** A longer value, or one with other characters, is left out: it is written to the log as it came. */
const plainValue = /^[\w .,:;@/+()~-]{1,64}$/;

/** What the headers of a request say of the client, or the first message of a socket under their names; undefined when they name none. */
export function clientOf(headers: Readonly<Record<string, unknown>>): ClientProgram | undefined {
  const named = clientNames.find((each) => headers[each] !== undefined);
  if (named === undefined) return undefined;
  const name = String(headers[named]);
  const version = String(headers[versionBeside[named]] ?? "");
  if (!plainValue.test(name)) return undefined;
  return plainValue.test(version) ? { name, version } : { name };
}

/** Content codings of an answer. */
export type Coding = "identity" | "gzip" | "br";

/** The best first: where a client takes several alike, it gets the smallest. */
const codings: readonly Coding[] = ["br", "gzip", "identity"];
/** As Apollo Server offers them, and in its order. */
const mediaTypes = ["application/json", "application/graphql-response+json"] as const;

export type MediaType = (typeof mediaTypes)[number];

/** Header texts whose meaning is remembered: clients send few different ones. */
const remembered = 1_000;

/** What a request accepts, by the text of its header, which is read once. */
export function negotiation() {
  const mediaTypeOf = once((accept) => new Negotiator({ headers: { accept } }).mediaType(mediaTypes) as MediaType | undefined);
  const codingOf = once((header) => bestOf(new Negotiator({ headers: { "accept-encoding": header } }).encodings([...codings])));
  return {
    /** Undefined when the client takes none that there is. */
    mediaType: (accept: string | undefined): MediaType | undefined => (accept === undefined ? mediaTypes[0] : mediaTypeOf(accept)),
    coding: (header: string | undefined): Coding => (header === undefined ? "identity" : codingOf(header)),
  };
}

/** `accepted`: by the client's preference. What it prefers less than the answer as it is does not count. */
function bestOf(accepted: readonly string[]): Coding {
  const plain = accepted.indexOf("identity");
  const wanted = plain < 0 ? accepted : accepted.slice(0, plain);
  return codings.find((coding) => wanted.includes(coding)) ?? "identity";
}

function once<Meaning>(read: (text: string) => Meaning): (text: string) => Meaning {
  const known = new LRUCache<string, { meaning: Meaning }>({ max: remembered });
  return (text) => {
    const found = known.get(text) ?? { meaning: read(text) };
    known.set(text, found);
    return found.meaning;
  };
}

/** A page elsewhere could have had a browser send this request without a preflight, in the network and with the rights of its visitor. */
export class CrossSiteRefusal extends Error {
  readonly statusCode = 400;
  readonly code = "CROSS_SITE_REQUEST";

  constructor() {
    super(
      "A page elsewhere could have had a browser send this request (CSRF). Send one of these headers with it: x-api-key, Authorization: Bearer, " +
        "apollo-require-preflight with any value, or content-type: application/json.",
    );
  }
}

const mediaType = /^\s*[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(?:;|$)/;
/** Types of bodies that a page elsewhere may send without a preflight. */
const simpleType = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i;

/** Headers that a browser sends to another origin only after a preflight. */
const preflightedHeaders = ["apollo-require-preflight", "x-apollo-operation-name", "x-api-key"] as const;

/**
 * Whether no page elsewhere could have had a browser send the request without asking first: the rule of Apollo Server, and besides it a
 * credential that a browser never adds by itself. It adds Basic by itself once its user has typed a password.
 */
export function isPreflighted(headers: IncomingHttpHeaders): boolean {
  const type = headers["content-type"];
  const isOfOtherType = type !== undefined && mediaType.test(type) && !simpleType.test(type);
  return isOfOtherType || preflightedHeaders.some((name) => headers[name]) || /^bearer [^ ]/i.test(headers.authorization ?? "");
}
