import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { createHttpClient, OutOfTime, timeLimit } from "../../../src/upstream/transport/http-client.js";
import { failed } from "../platform-by-hand.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The reason of a signal that nothing but the listener holds. */
const reasonOf = (signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener("abort", ({ target }) => resolve((target as AbortSignal).reason), { once: true }));

test("a limit beside another signal comes, even when the garbage collector runs before it", async () => {
  const reason = reasonOf(timeLimit(20, new AbortController().signal).signal);
  collectGarbage();
  expect(await reason).toBeInstanceOf(OutOfTime);
});

test("the other signal's own reason comes first when it aborts first", () => {
  const controller = new AbortController();
  const limit = timeLimit(60_000, controller.signal);
  const reason = new Error("The client has gone.");
  controller.abort(reason);
  expect(limit.signal.reason).toBe(reason);
  limit.end();
});

test.each([0, -1, Number.NEGATIVE_INFINITY])("a limit of %d ms is over already", (limitMs) => {
  expect(timeLimit(limitMs).signal.reason).toBeInstanceOf(OutOfTime);
});

test.each([2 ** 31, Number.POSITIVE_INFINITY])("a limit of %d ms is not over at once", async (limitMs) => {
  const limit = timeLimit(limitMs);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(limit.signal.aborted).toBe(false);
  limit.end();
});

test("a request that ends by AbortSignal.timeout is OutOfTime", async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const client = createHttpClient({});
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await failed(client.send({ method: "GET", url }, AbortSignal.timeout(50)))).toBeInstanceOf(OutOfTime);
});
