import type { IncomingMessage } from "node:http";

/**
 * Whether a page may open a socket: one of the gateway's own origin, one of CORS_ORIGINS, or no page at all. In a browser a socket is
 * bound by no other rule: any page could read through it what its visitor can reach.
 */
export function originRule(origins: readonly string[]): (request: Pick<IncomingMessage, "headers">) => boolean {
  const isNamed = originMatcher(origins);
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    return (host !== undefined && new URL(origin).host === host.toLowerCase()) || isNamed(origin);
  };
}

/** Whether a value of the header Origin is one of CORS_ORIGINS. An opaque origin, "null", never is. */
export function originMatcher(origins: readonly string[]): (origin: string) => boolean {
  const rules = origins.map(matcherOf);
  return (origin) => {
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    return rules.some((matches) => matches(page));
  };
}

/** `https://*.example.com` means any one label before `.example.com`. */
function matcherOf(origin: string): (page: URL) => boolean {
  const [scheme = "", host = ""] = origin.split("://");
  const own = new URL(`${scheme}://${host.replace("*.", "")}`);
  const isOwn = (page: URL, rest: string) => page.protocol === own.protocol && rest === own.host;
  if (!host.startsWith("*.")) return (page) => isOwn(page, page.host);
  return (page) => isOwn(page, page.host.slice(page.host.indexOf(".") + 1)) && page.host.includes(".");
}
