import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/clock.js";
import { GatewayError } from "../../../src/errors.js";
import { createTransport, PermitExpired } from "../../../src/upstream/transport/transport.js";
import { HeldPlatform } from "../held-platform.js";
import { endOf, numbered } from "../outcomes-by-hand.js";
import { failed, platformsByHand, skillSegments, soon, within } from "../platform-by-hand.js";

const platform = platformsByHand();

describe("a connection", () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["reset before any answer", (response) => response.socket?.resetAndDestroy()],
    [
      "broken off within the body",
      (response) => response.writeHead(200, { "content-length": 100 }).write('{"a":', () => response.socket?.destroy()),
    ],
  ])("%s is UPSTREAM_UNAVAILABLE", async (_, answer) => {
    const { transport, url } = await platform((_request, response) => answer(response));
    const error = await failed(transport.exchange(skillSegments, soon()));
    expect(error).toMatchObject({ code: "UPSTREAM_UNAVAILABLE", extensions: { api: "SKILL_SEGMENTS", retryable: true } });
    expect(error.message).not.toContain(new URL(url).port);
  });

  test("that nobody accepts is UPSTREAM_UNAVAILABLE", async () => {
    const started = await platform(() => undefined);
    const transport = createTransport(
      { id: "le1", services: { csds: started.url, operations: started.url }, credentials: { kind: "bearer", token: "t" } },
      {},
      systemClock,
    );
    await started.close();
    await expect(transport.exchange(skillSegments, soon())).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    await transport.close();
  });

  test("closed by us ends what is running", async () => {
    const events = new EventEmitter();
    const arrived = once(events, "arrived");
    const { transport } = await platform(() => events.emit("arrived"));
    const running = failed(transport.exchange(skillSegments, soon()));
    await arrived;
    await transport.close();
    expect(await running).toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
  });
});

describe("time", () => {
  const hanging: [string, (response: ServerResponse) => void][] = [
    ["headers", () => undefined],
    ["the end of the body", (response) => response.writeHead(200, { "content-length": 100 }).write('{"a":')],
  ];

  test.each(hanging)("that runs out before %s is UPSTREAM_TIMEOUT", async (_, answer) => {
    const { transport } = await platform((_request, response) => answer(response), { http: { headersTimeoutMs: 50, bodyTimeoutMs: 50 } });
    expect(await failed(transport.exchange(skillSegments, soon()))).toMatchObject({
      code: "UPSTREAM_TIMEOUT",
      extensions: { retryable: true },
    });
  });

  test.each(hanging)("never passes the deadline while waiting for %s", async (_, answer) => {
    const { transport } = await platform((_request, response) => answer(response));
    expect(await failed(transport.exchange(skillSegments, within(50)))).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
  });

  test("that is over already sends nothing", async () => {
    const { transport, received } = await platform((_, response) => response.end("{}"), { services: [] });
    expect(await failed(transport.exchange(skillSegments, within(0)))).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    expect(received).toEqual([]);
  });

  test("of the departure is told right before the request leaves, after every look-up", async () => {
    const seen: string[] = [];
    const { transport, url } = await platform(
      (request, response) => {
        seen.push(request.url.split("?")[0]!);
        response.end(JSON.stringify({ baseURI: url }));
      },
      { services: [] },
    );
    await transport.exchange(skillSegments, { ...soon(), sending: () => seen.push("sending") > 0 });
    expect(seen).toEqual(["/api/account/le1/service/leDataReporting/baseURI.json", "sending", skillSegments.path.split("?")[0]]);
  });

  test.each([
    ["at once", () => false],
    ["after a wait", () => new Promise<boolean>((answer) => setImmediate(answer, false))],
  ])("that makes the permit expire %s before the request leaves is PermitExpired, and sends nothing", async (_, sending) => {
    const { transport, received, url } = await platform((_request, response) => response.end(JSON.stringify({ baseURI: url })), {
      services: [],
    });
    const error = await failed(transport.exchange(skillSegments, { ...soon(), sending }));
    expect(error).toBeInstanceOf(PermitExpired);
    expect(received.map((request) => request.url.split("/").at(-1))).toEqual(["baseURI.json?version=1.0"]);
  });

  test("is waited for until the permit is found good, but not past the deadline", async () => {
    const { transport, received } = await platform((_request, response) => response.end("{}"));
    const good = () => new Promise<boolean>((answer) => setImmediate(answer, true));
    expect((await transport.exchange(skillSegments, { ...soon(), sending: good })).status).toBe(200);
    const never = () => new Promise<never>(() => undefined);
    expect(await failed(transport.exchange(skillSegments, { ...within(50), sending: never }))).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    expect(received).toHaveLength(1);
  });

  test("of one asker never ends the look-up that others share", async () => {
    const events = new EventEmitter();
    const lookUp = once(events, "look-up");
    const { transport, received, url } = await platform(
      (request, response) => {
        if (request.url.includes("baseURI")) events.emit("look-up", response);
        else response.end("{}");
      },
      { services: [] },
    );
    const hasty = failed(transport.exchange(skillSegments, within(50)));
    const patient = transport.exchange(skillSegments, soon());
    expect(await hasty).toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    const [response] = await lookUp;
    response.end(JSON.stringify({ baseURI: url }));
    expect((await patient).status).toBe(200);
    expect(received).toHaveLength(2);
  });

  test("given up by the caller ends with the caller's own reason", async () => {
    const reason = new Error("The client has gone.");
    const controller = new AbortController();
    const { transport } = await platform(() => controller.abort(reason));
    expect(await failed(transport.exchange(skillSegments, { ...soon(), signal: controller.signal }))).toBe(reason);
    expect(await failed(transport.exchange(skillSegments, { ...soon(), signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

describe("a token that is refused", () => {
  const credentials = { kind: "client", clientId: "id", clientSecret: "hush" } as const;

  /** Issues token-1, token-2… and accepts those from `accepted` on. */
  async function guarded(accepted: number) {
    let issued = 0;
    const started = await platform(
      (request, response) => {
        if (request.url.includes("/sentinel/")) response.end(JSON.stringify({ access_token: `token-${++issued}`, expires_in: "3600" }));
        else response.writeHead(Number(request.headers.authorization?.split("-")[1]) >= accepted ? 200 : 401).end("{}");
      },
      { credentials },
    );
    return { ...started, tokens: () => issued, exchanges: () => started.received.filter(({ url }) => url === skillSegments.path).length };
  }

  test("is renewed once, and the request is sent once more", async () => {
    const { transport, tokens, exchanges } = await guarded(2);
    expect((await transport.exchange(skillSegments, soon())).status).toBe(200);
    expect([tokens(), exchanges()]).toEqual([2, 2]);
  });

  test("waits, before the request is sent once more, until it may be", async () => {
    const { transport, exchanges } = await guarded(2);
    const events: string[] = [];
    const sending = () => events.push("sending") > 0;
    const again = async () => {
      events.push(`asked after ${exchanges()}`);
      await new Promise(setImmediate);
      events.push(`allowed after ${exchanges()}`);
    };
    expect((await transport.exchange(skillSegments, { ...soon(), sending, again })).status).toBe(200);
    expect(events).toEqual(["sending", "asked after 1", "allowed after 1", "sending"]);
    expect(exchanges()).toBe(2);
  });

  test("is told as UPSTREAM_UNAUTHORIZED when the request may not be sent once more", async () => {
    const { transport, exchanges } = await guarded(2);
    const again = () => Promise.reject(new GatewayError("BUDGET_EXHAUSTED", "The call budget is spent.", { retryAfterMs: 1 }));
    const error = await failed(transport.exchange(skillSegments, { ...soon(), again }));
    expect(error).toMatchObject({ code: "UPSTREAM_UNAUTHORIZED", extensions: { api: "SKILL_SEGMENTS", account: "le1", status: 401 } });
    expect(error.extensions).not.toHaveProperty("retryAfterMs");
    expect(exchanges()).toBe(1);
    expect((await transport.exchange(skillSegments, soon())).status, "the next has the new token").toBe(200);
  });

  test("never waits past the deadline until it may be sent once more", async () => {
    const { transport, exchanges } = await guarded(2);
    const never = () => new Promise<never>(() => undefined);
    const error = await failed(transport.exchange(skillSegments, { ...within(500), again: never }));
    expect([error.code, exchanges()]).toEqual(["UPSTREAM_TIMEOUT", 1]);
  });

  test("again and again is UPSTREAM_UNAUTHORIZED after one renewal, without the token or the secret", async () => {
    const { transport, tokens, exchanges } = await guarded(99);
    const error = await failed(transport.exchange(skillSegments, soon()));
    expect(error).toMatchObject({ code: "UPSTREAM_UNAUTHORIZED", extensions: { status: 401 } });
    expect([tokens(), exchanges()]).toEqual([2, 2]);
    expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/token-\d|hush/);
  });

  test("in a burst is renewed once for all", async () => {
    const { transport, tokens, exchanges } = await guarded(2);
    const responses = await Promise.all(Array.from({ length: 12 }, () => transport.exchange(skillSegments, soon())));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect([tokens(), exchanges()]).toEqual([2, 24]);
  });

  test("in a burst is renewed once, and only the requests that may be are sent once more", async () => {
    const { transport, tokens, exchanges } = await guarded(2);
    let left = 2;
    const again = async () => {
      if (left-- <= 0) throw new GatewayError("BUDGET_EXHAUSTED", "The call budget is spent.");
    };
    const ends = await Promise.allSettled(Array.from({ length: 6 }, () => transport.exchange(skillSegments, { ...soon(), again })));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    const refusals = ends.flatMap((end) => (end.status === "rejected" ? [end.reason.code] : []));
    expect(refusals).toEqual(Array(4).fill("UPSTREAM_UNAUTHORIZED"));
    expect([tokens(), exchanges()]).toEqual([2, 8]);
  });

  test("in a burst sends no more than the limit of calls a minute", async () => {
    const { transport, tokens, exchanges } = await guarded(2);
    const held = new HeldPlatform({
      limits: { maxConcurrent: 6, maxPerMinute: 6 },
      send: (_, sendTerms) => transport.exchange(skillSegments, sendTerms),
    });
    const ends = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => endOf(held, numbered(number))));
    expect(ends).toMatchObject(Array(6).fill({ code: "UPSTREAM_UNAUTHORIZED", facts: { status: 401 } }));
    expect([tokens(), exchanges()]).toEqual([2, 6]);
  });

  test("is renewed, but the request is not sent once more when its permit has expired", async () => {
    const { transport, tokens, exchanges } = await guarded(2);
    const permits = [true, false];
    const error = await failed(transport.exchange(skillSegments, { ...soon(), sending: () => permits.shift() ?? false }));
    expect(error).toBeInstanceOf(PermitExpired);
    expect([tokens(), exchanges()]).toEqual([2, 1]);
  });

  test("and static is not tried again", async () => {
    const { transport, received } = await platform((_, response) => response.writeHead(401).end());
    await failed(transport.exchange(skillSegments, soon()));
    expect(received).toHaveLength(1);
  });
});
