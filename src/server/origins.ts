import type { IncomingMessage } from "node:http";

/**
 * Whether a page may open a socket: one of the gateway's own origin, one of CORS_ORIGINS, or no page at all. In a browser a socket is
 * bound by no other rule: any page could read through it what its visitor can reach.
 */
export function originRule(origins: readonly string[]): (request: Pick<IncomingMessage, "headers">) => boolean {
  const rules = origins.map(matcherOf);
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    return (host !== undefined && page.host === host.toLowerCase()) || rules.some((matches) => matches(page));
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
