import { expect, test } from "vitest";
import { scraped, sumOf } from "../telemetry/scraped.js";
import { liveLine, until } from "./live-line.js";
import { acknowledged } from "./raw-socket.js";

const subscribe = { id: "1", type: "subscribe", payload: { query: "subscription { contactCenter { current { onlineAgents } } }" } };

test.each([
  ["its first message", { "apollographql-client-name": "wallboard", "apollographql-client-version": "1.4" }, {}],
  ["the headers of the request for the socket", {}, { "graphql-client-name": "wallboard", "graphql-client-version": "1.4" }],
])("log and metrics say which client subscribed, by %s", async (_, payload, headers) => {
  const line = await liveLine({ environment: { METRICS: "true" } });
  const raw = await acknowledged(line.socketUrl, payload, { headers });
  raw.socket.send(JSON.stringify(subscribe));
  await until(() => raw.received.some(({ type }) => type === "next"));
  const series = await scraped(`${line.url}/metrics`);
  expect(sumOf(series, "lp_gateway_client_subscriptions_total", { client: "wallboard" })).toBe(1);
  raw.socket.send(JSON.stringify({ id: "1", type: "complete" }));
  const ended = () => line.log.find(({ msg }) => msg === "Subscription ended");
  await until(() => ended() !== undefined);
  expect(ended()).toMatchObject({ client: { name: "wallboard", version: "1.4" } });
});
