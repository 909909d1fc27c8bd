import { expect, test } from "vitest";
import { type Series, scraped } from "../telemetry/scraped.js";
import { liveLine, until, watch } from "./live-line.js";

const query = (every: number) => `subscription { contactCenter(everySeconds: ${every}) { current { asOf } } }`;

const counted = (series: Series) =>
  Object.fromEntries(
    ["websockets", "subscriptions", "subscription_executions", "subscription_states_total", "subscription_pushes_total"].map((name) => [
      name,
      series.get(`lp_gateway_${name}`),
    ]),
  );

test("/metrics counts sockets, subscriptions, those that are executed, their states, and what is sent", async () => {
  const line = await liveLine({ environment: { METRICS: "true" } });
  const url = line.app.metricsUrl!;
  expect(counted(await scraped(url))).toEqual({
    websockets: 0,
    subscriptions: 0,
    subscription_executions: 0,
    subscription_states_total: 0,
    subscription_pushes_total: 0,
  });
  const clients = Array.from({ length: 5 }, () => line.client());
  const shared = clients.map((client) => watch(client, query(10)));
  const other = watch(clients[0]!, query(600));
  await Promise.all([...shared, other].map((watcher) => watcher.payload(1)));
  await line.pass(10_000);
  await Promise.all(shared.map((watcher) => watcher.payload(2)));
  expect(counted(await scraped(url))).toEqual({
    websockets: 5,
    subscriptions: 6,
    subscription_executions: 2,
    subscription_states_total: 3,
    subscription_pushes_total: 11,
  });
  for (const client of clients) await client.dispose();
  await until(() => line.app.live.sockets === 0);
  expect(counted(await scraped(url))).toMatchObject({
    websockets: 0,
    subscriptions: 0,
    subscription_executions: 0,
    subscription_states_total: 3,
    subscription_pushes_total: 11,
  });
});
