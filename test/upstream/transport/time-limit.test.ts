import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { OutOfTime } from "../../../src/upstream/transport/failures.js";
import { createHttpClient } from "../../../src/upstream/transport/transport.js";
import { failed, platformsByHand, skillSegments, soon, within } from "../platform-by-hand.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const platform = platformsByHand();
const hanging = () => undefined;

test("the deadline beside another signal comes, even when the garbage collector runs before it", async () => {
  const { transport } = await platform(hanging);
  const { signal } = new AbortController();
  const error = failed(transport.exchange(skillSegments, { ...within(100), signal }));
  collectGarbage();
  expect(await error).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
});

test("the other signal's own reason comes first when it aborts first", async () => {
  const controller = new AbortController();
  const { transport } = await platform(() => controller.abort(reason));
  const reason = new Error("The client has gone.");
  expect(await failed(transport.exchange(skillSegments, { ...soon(), signal: controller.signal }))).toBe(reason);
});

test.each([0, -1, Number.NEGATIVE_INFINITY])("a deadline in %d ms is over already", async (ms) => {
  const { transport, received } = await platform(hanging);
  expect(await failed(transport.exchange(skillSegments, within(ms)))).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
  expect(received).toEqual([]);
});

test.each([2 ** 31, Number.POSITIVE_INFINITY])("a deadline in %d ms is not over at once", async (ms) => {
  const { transport } = await platform((_, response) => void setTimeout(() => response.end("{}"), 5));
  expect(await transport.exchange(skillSegments, within(ms))).toMatchObject({ status: 200 });
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
