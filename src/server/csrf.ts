import type { IncomingHttpHeaders } from "node:http";

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
