import { expect, test } from "vitest";
import { startLiveLine, until, watch } from "./live-line.js";

const query = "subscription { contactCenter { current { asOf onlineAgents } } }";
const viewers = 30;

test("clients whose gateway is started again come back by themselves, to the present state first, for one call", async () => {
  const before = await startLiveLine();
  const port = Number(new URL(before.url).port);
  const closed: number[] = [];
  const clients = Array.from({ length: viewers }, () =>
    before.client({
      retryAttempts: 50,
      shouldRetry: () => true,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
      on: { closed: (event) => void closed.push((event as { code: number }).code) },
    }),
  );
  const watchers = clients.map((client) => watch(client, query));
  await Promise.all(watchers.map((watcher) => watcher.payload(1)));
  await before.stopGateway();
  expect(closed.filter((code) => code === 1001)).toHaveLength(viewers);
  const after = await startLiveLine({ port });
  try {
    await Promise.all(watchers.map((watcher) => watcher.payload(2)));
    expect(new Set(watchers.map(({ payloads }) => JSON.stringify(payloads[1]?.data))).size).toBe(1);
    expect(after.app.live).toEqual({ sockets: viewers, subscriptions: viewers, boards: 1 });
    expect(after.calls()).toBe(1);
    await after.pass(10_000);
    await until(() => watchers.every(({ payloads }) => payloads.length === 3));
  } finally {
    await before.stop();
    await after.stop();
  }
});
