import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** By which a client, the gateway's log and whatever stands between them name one request. */
export const requestIdHeader = "x-request-id";

/** Nothing that could forge a line of a log. */
const wellFormed = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;

/** The id that the request came with, when it is well formed; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers[requestIdHeader];
  return typeof given === "string" && wellFormed.test(given) ? given : randomUUID();
}
