/** What the server wants to be shown, and how it comes into the headers of a request. */
export interface Credential {
  /** As a person calls it, for example "API key". */
  name: string;
  header: string;
  headersFor(given: string): Record<string, string>;
}

/** By the header WWW-Authenticate of a refusal; null for a way that this page does not know. */
export function credentialOf(challenge: string | null): Credential | null {
  if (challenge?.startsWith("ApiKey")) {
    const header = /header="([^"]+)"/.exec(challenge)?.[1] ?? "x-api-key";
    return { name: "API key", header, headersFor: (given) => ({ [header]: given }) };
  }
  if (challenge?.startsWith("Bearer")) {
    const headersFor = (given: string) => ({ authorization: `Bearer ${given.replace(/^Bearer\s+/i, "")}` });
    return { name: "Bearer token", header: "authorization", headersFor };
  }
  return null;
}
