import { expect, test, vi } from "vitest";
import { stillLine } from "../support/still-line.js";

const current = (userType: string) => `{ contactCenter { current(userType: ${userType}) { onlineAgents } } }`;

test("a client that goes takes its queued call along, and nobody else's", async () => {
  const line = await stillLine({ latencyMs: { base: 400, jitter: 0 } }, { LP_MAX_CONCURRENT: "1" });
  const ask = (userType: string, signal?: AbortSignal) =>
    fetch(`${line.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: current(userType) }),
      ...(signal && { signal }),
    });

  const first = line.ask(current("ALL"));
  await vi.waitFor(() => expect(line.calls()).toBe(1));
  const client = new AbortController();
  const abandoned = ask("BOT", client.signal).catch((error: Error) => error.name);
  // What was sent before this question has arrived: it waits for the permit that the first call holds.
  await line.ask("{ __typename }");
  client.abort();
  expect(await abandoned).toBe("AbortError");

  const others = await Promise.all([first, line.ask(current("HUMAN"))]);
  for (const { errors } of others) expect(errors).toEqual([]);
  expect(line.calls()).toBe(2);
});
