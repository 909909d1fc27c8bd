import { type Credential, credentialOf } from "./challenge.js";

/** What the server said to who knocks: that it wants a credential, or which accounts can be read. */
export type Entry = { wants: Credential } | { accounts: readonly string[] };

/** What a page asks first. */
export const entryQuery = "{ contactCenters { accountId } }";

/** Asks with these headers. It costs the platform no call. Rejects when the server cannot be reached or understood. */
export async function knock(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Entry> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: entryQuery }),
    ...(signal && { signal }),
  });
  const wants = response.status === 401 ? credentialOf(response.headers.get("www-authenticate")) : null;
  if (wants) return { wants };
  const answer = (await response.json()) as { data?: { contactCenters: { accountId: string }[] } | null };
  return { accounts: answer.data?.contactCenters.map(({ accountId }) => accountId) ?? [] };
}
