import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ExchangeRequest } from "../../../src/upstream/call.js";
import { failed, platformsByHand, skillSegments, soon } from "../platform-by-hand.js";

const platform = platformsByHand();
const post: ExchangeRequest = {
  api: "KEY_METRICS",
  service: "keyMetrics",
  method: "POST",
  path: "/manager_workspace/api/account/le1/metrics?limit=50",
  body: { a: ["ü"] },
};
const intervals: ExchangeRequest = {
  api: "INTERVAL_METRICS",
  service: "intervalMetrics",
  method: "GET",
  path: "/api/account/le1/interval-metrics?v=1",
  toCheck: "Check the feature.",
};

describe("an exchange", () => {
  test("sends method, path, token and what it accepts, and brings status, body, size and time", async () => {
    const { transport, received } = await platform((_, response) => response.end('{"id":12345678901234567890}'), { now: () => 5000 });
    const response = await transport.exchange(skillSegments, soon());
    expect(response).toEqual({ status: 200, body: { id: "12345678901234567890" }, bytes: 27, askedAt: 5000 });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "GET",
      url: skillSegments.path,
      headers: { authorization: "Bearer static-token", accept: "application/json", "accept-encoding": "gzip" },
    });
    expect(received[0]?.headers).not.toHaveProperty("content-type");
  });

  test("posts its body as JSON", async () => {
    const { transport, received } = await platform((_, response) => response.end("{}"));
    await transport.exchange(post, soon());
    expect(received[0]).toMatchObject({ method: "POST", url: post.path, headers: { "content-type": "application/json" } });
    expect(JSON.parse(received[0]?.body ?? "")).toEqual(post.body);
  });

  test("brings a 202 as it is", async () => {
    const { transport } = await platform((_, response) => response.writeHead(202).end('{"intervals":[]}'));
    expect(await transport.exchange(intervals, soon())).toMatchObject({ status: 202, body: { intervals: [] } });
  });

  test("unpacks gzip and tells the size unpacked", async () => {
    const text = JSON.stringify({ padding: "x".repeat(10_000) });
    const { transport } = await platform((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text)));
    const { body, bytes } = await transport.exchange(skillSegments, soon());
    expect([body, bytes]).toEqual([JSON.parse(text), text.length]);
  });

  test("looks its domain up once, and uses its connections again", async () => {
    const ports = new Set<number | undefined>();
    const { transport, received, url } = await platform(
      (request, response) => {
        ports.add(response.socket?.remotePort);
        response.end(request.url.includes("baseURI") ? JSON.stringify({ baseURI: `${url}/behind/` }) : "{}");
      },
      { services: [] },
    );
    for (let count = 0; count < 10; count++) await transport.exchange(skillSegments, soon());
    const lookUp = "/api/account/le1/service/leDataReporting/baseURI.json?version=1.0";
    expect(received.map((request) => request.url)).toEqual([lookUp, ...Array(10).fill(`/behind${skillSegments.path}`)]);
    expect(received[0]?.headers).not.toHaveProperty("authorization");
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  test("of an account read by its callers carries each caller's own bearer", async () => {
    const { transport, received } = await platform((_, response) => response.end("{}"), { credentials: { kind: "caller" } });
    await Promise.all(["one", "two"].map((bearer) => transport.exchange(skillSegments, { ...soon(), bearer })));
    expect(received.map(({ headers }) => headers.authorization).sort()).toEqual(["Bearer one", "Bearer two"]);
    await expect(transport.exchange(skillSegments, soon())).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(received).toHaveLength(2);
  });
});

describe("a status that is no success", () => {
  test.each([
    [skillSegments, 401, "UPSTREAM_UNAUTHORIZED", "SKILL_SEGMENTS", /refused access \(401\)\. Check that the credentials are valid/],
    [post, 403, "UPSTREAM_UNAUTHORIZED", "KEY_METRICS", /refused access \(403\)/],
    [intervals, 403, "UPSTREAM_UNAUTHORIZED", "INTERVAL_METRICS", /refused access \(403\)\. Check the feature\.$/],
    [skillSegments, 429, "UPSTREAM_RATE_LIMITED", "SKILL_SEGMENTS", /too many requests/],
    [skillSegments, 500, "UPSTREAM_UNAVAILABLE", "SKILL_SEGMENTS", /failed \(500\)/],
    [skillSegments, 502, "UPSTREAM_UNAVAILABLE", "SKILL_SEGMENTS", /failed \(502\)/],
    [skillSegments, 503, "UPSTREAM_UNAVAILABLE", "SKILL_SEGMENTS", /failed \(503\)/],
    [skillSegments, 504, "UPSTREAM_UNAVAILABLE", "SKILL_SEGMENTS", /failed \(504\)/],
    [skillSegments, 404, "UPSTREAM_REJECTED", "SKILL_SEGMENTS", /does not say why/],
    [skillSegments, 302, "UPSTREAM_INVALID_RESPONSE", "SKILL_SEGMENTS", /redirects/],
    [skillSegments, 204, "UPSTREAM_INVALID_RESPONSE", "SKILL_SEGMENTS", /status 204/],
  ] as const)("of %j: %i is %s", async (request, status, code, api, message) => {
    const { transport, received } = await platform((_, response) => response.writeHead(status, { location: "/elsewhere" }).end());
    const error = await failed(transport.exchange(request, soon()));
    expect(error).toMatchObject({ code, extensions: { code, api, account: "le1", status } });
    expect(error.message).toMatch(message);
    expect(received).toHaveLength(1);
  });

  test("4xx brings the platform's own words, cleaned, and nothing else of its answer", async () => {
    const { transport, url } = await platform((request, response) => {
      const message = `interval must divide timeframe, see ${url}${request.url} for ${request.headers.authorization}`;
      response.writeHead(400, { "x-request-id": "req-1" }).end(JSON.stringify({ message }));
    });
    const error = await failed(
      transport.exchange({ ...skillSegments, api: "AGENT_SEGMENTS", path: skillSegments.path.replace("skill", "agent") }, soon()),
    );
    expect(error.message).toBe(
      "Messaging Operations API, msgagentsegments: the platform rejected the request (400): interval must divide timeframe, see for.",
    );
    expect(JSON.stringify({ ...error, stack: "", message: error.message })).not.toMatch(/127\.0|static-token|req-1|operations\/api/);
  });

  test.each([
    ["5", 5000],
    [new Date(Date.parse("2026-01-01T00:00:09Z")).toUTCString(), 9000],
  ])("429 with Retry-After %s tells how long to wait", async (header, retryAfterMs) => {
    const now = () => Date.parse("2026-01-01T00:00:00Z");
    const { transport } = await platform((_, response) => response.writeHead(429, { "retry-after": header }).end(), { now });
    const error = await failed(transport.exchange(skillSegments, soon()));
    expect(error.extensions).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", retryAfterMs, retryable: true });
  });

  test("is told by the status even when its body is cut, oversized or wrongly packed", async () => {
    const bodies: ((response: ServerResponse) => void)[] = [
      (response) => response.writeHead(503, { "content-length": 100 }).write("half", () => response.socket?.destroy()),
      (response) => response.writeHead(503).end("x".repeat(5000)),
      (response) => response.writeHead(503, { "content-encoding": "gzip" }).end("not gzip"),
    ];
    const { transport } = await platform((_, response, index) => bodies[index - 1]?.(response), { http: { maxBodyBytes: 1000 } });
    for (const _ of bodies)
      expect(await failed(transport.exchange(skillSegments, soon()))).toMatchObject({
        code: "UPSTREAM_UNAVAILABLE",
        extensions: { status: 503 },
      });
  });
});

describe("a body that is not what is documented is UPSTREAM_INVALID_RESPONSE", () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ["text", (response) => response.end("OK, but not JSON")],
    ["HTML", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Maintenance</p>")],
    ["nothing", (response) => response.end()],
    ["JSON that ends early", (response) => response.end('{"a":[1,2')],
    [
      "gzip that ends early",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"a":1}').subarray(0, 15)),
    ],
    ["gzip that is none", (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("{}")],
    ["more than the limit", (response) => response.end(JSON.stringify("x".repeat(2000)))],
    [
      "more than the limit, packed",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(JSON.stringify("x".repeat(2000)))),
    ],
  ])("%s", async (_, answer) => {
    const { transport } = await platform((_request, response) => answer(response), { http: { maxBodyBytes: 1000 } });
    expect(await failed(transport.exchange(skillSegments, soon()))).toMatchObject({
      code: "UPSTREAM_INVALID_RESPONSE",
      extensions: { api: "SKILL_SEGMENTS", account: "le1", retryable: false },
    });
  });
});
