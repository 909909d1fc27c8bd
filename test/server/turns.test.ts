import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, vi } from "vitest";
import { Turns } from "../../src/server/execution.js";
import { fakeGateway, post, start } from "./fake-gateway.js";

it("executes nothing for clients that have gone before their turn", async () => {
  const clients = 50;
  const spin = () => {
    for (const end = performance.now() + 5; performance.now() < end; );
  };
  const { gateway, prepared, signals } = fakeGateway({ prepare: spin });
  const app = await start({ gateway });
  const { hostname, port } = new URL(app.url);
  const requestOf = (query: string) => {
    const body = JSON.stringify({ query });
    return `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  const sockets = Array.from({ length: clients }, () => connect(Number(port), hostname));
  // The server accepts one connection in a turn, so that all of them are used once before.
  await Promise.all(
    sockets.map((socket) => {
      socket.write(requestOf("{ hello }"));
      return once(socket, "data");
    }),
  );
  prepared.length = 0;
  signals.length = 0;
  for (const [at, socket] of sockets.entries()) socket.write(requestOf(`query Q${at} { hello }`));
  await vi.waitFor(() => expect(prepared.length).toBeGreaterThan(0));
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(() => expect(signals.filter(({ aborted }) => aborted).length).toBeGreaterThan(clients / 2));
  expect((await post(app, "{ hello }")).status).toBe(200);
  expect(prepared.length).toBeLessThan(clients / 2);
});

it("lets executions begin one in each turn of the event loop, in the order in which they came", async () => {
  const turns = new Turns();
  const begun: number[] = [];
  let turn = 0;
  const count = () => {
    turn += 1;
    if (turn < 20) setImmediate(count);
  };
  setImmediate(count);
  const all = Promise.all(
    [0, 1, 2, 3, 4].map(async (at) => {
      await turns.next();
      begun.push(at);
      return turn;
    }),
  );
  const turnsOf = await all;
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(turnsOf).size).toBe(5);
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns.next()).toBeUndefined();
});

it("lets all that came in one turn of the event loop go on together at its end, and what comes later in a later one", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const wait = async (name: string) => {
    await turns.end();
    order.push(name);
  };
  const first = [wait("a"), wait("b")];
  setImmediate(() => order.push("end of the turn"));
  await Promise.resolve();
  order.push("all read");
  await Promise.all(first);
  await wait("c");
  expect(order).toEqual(["all read", "a", "b", "end of the turn", "c"]);
});
