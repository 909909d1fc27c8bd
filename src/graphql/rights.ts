import { GatewayError } from "../errors.js";

/** What the caller may, besides reading accounts. */
export interface Rights {
  /** Single conversations: who handled which, and when. */
  readonly conversations: boolean;
  /** Entities by reference, and the subgraph's own text: a router's own questions. */
  readonly router: boolean;
}

/** Throws FORBIDDEN unless the caller may read single conversations. */
export function demandConversations({ rights }: { readonly rights: Rights }): void {
  if (!rights.conversations) throw new GatewayError("FORBIDDEN", "You may not read single conversations.");
}

/** Throws FORBIDDEN unless the caller showed the router's secret. */
export function demandRouter({ rights }: { readonly rights: Rights }): void {
  if (!rights.router)
    throw new GatewayError("FORBIDDEN", "Only the router may ask for this: the header x-router-secret is missing or wrong.");
}
