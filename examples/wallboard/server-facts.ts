export interface ServerFacts {
  /** True when no figure comes from LivePerson. */
  simulated: boolean;
  /** By how much the server's clock is ahead of this one; ages are counted by the server's. */
  aheadMs: number;
}

/** What the headers of any answer say. Rejects when the server cannot be reached. */
export async function askServerFacts(signal: AbortSignal): Promise<ServerFacts> {
  const asked = Date.now();
  const { headers } = await fetch(new URL("../healthz", location.href), { signal, cache: "no-store" });
  const date = Date.parse(headers.get("date") ?? "");
  // The header has whole seconds: on average half a second has passed of the one it names.
  const aheadMs = Number.isNaN(date) ? 0 : date + 500 - (asked + Date.now()) / 2;
  return { simulated: headers.get("x-gateway-simulated") === "true", aheadMs: Math.abs(aheadMs) < 2000 ? 0 : aheadMs };
}
