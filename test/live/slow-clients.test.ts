import { expect, test } from "vitest";
import { liveLine, until, watch } from "./live-line.js";
import { acknowledged } from "./raw-socket.js";

/** Of some hundred kilobytes, so that the buffers of the system hold only some of them. */
const lists = Array.from({ length: 20 }, (_, alias) => `a${alias}: agents(ids: $ids) { nodes { id accountId __typename } }`);
const query = `subscription ($ids: [ID!]) { contactCenter { current { asOf } ${lists.join(" ")} } }`;
const variables = { ids: Array.from({ length: 500 }, (_, id) => String(1_000_000 + id)) };
const states = 48;

test("a client that does not read keeps nobody waiting and nothing back: when it reads again it gets the latest state", async () => {
  const line = await liveLine();
  const slow = await acknowledged(line.socketUrl);
  slow.send({ id: "1", type: "subscribe", payload: { query, variables } });
  const { payload } = await slow.message(2);
  const bytes = JSON.stringify(payload).length;
  slow.socket.pause();
  const quick = watch(line.client(), query, variables);
  await quick.payload(1);
  for (let state = 2; state <= states; state++) {
    await line.pass(10_000);
    await quick.payload(state);
  }
  expect(bytes * states).toBeGreaterThan(8_000_000);
  slow.socket.resume();
  const latest = quick.payloads.at(-1)!;
  await until(() => JSON.stringify(slow.received.at(-1)?.payload) === JSON.stringify(latest));
  // What the buffers of the system held, and the latest.
  expect(slow.received.length).toBeLessThan(states / 2);
});

test("a client that floods the gateway with pings and reads nothing is cut off", async () => {
  const line = await liveLine();
  const raw = await acknowledged(line.socketUrl);
  raw.socket.pause();
  const ping = JSON.stringify({ type: "ping", payload: { text: "x".repeat(100_000) } });
  for (let sent = 0; sent < 200; sent++) raw.send(ping);
  await until(() => line.app.live.sockets === 0);
});

test("several subscriptions of one socket have large states at the same time, each whole", async () => {
  const line = await liveLine();
  const client = line.client();
  const named = ["First", "Second", "Third"].map((name) => watch(client, query.replace("subscription", `subscription ${name}`), variables));
  for (let state = 1; state <= 3; state++) {
    const payloads = await Promise.all(named.map((watcher) => watcher.payload(state)));
    expect(new Set(payloads.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(JSON.stringify(payloads[0]).length).toBeGreaterThan(300_000);
    await line.pass(10_000);
  }
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 3, boards: 3 });
});
