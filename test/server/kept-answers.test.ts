import { request as httpRequest } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import type { Report } from "../../src/server/gateway-port.js";
import { type Fake, fakeGateway, fakeSchema, logOf, post, start } from "./fake-gateway.js";

const oldestAsOf = "2026-01-01T00:00:00.000Z";

/** An app whose figures are fresh for ten seconds of a clock that the test moves. */
async function served(more: { report?: Partial<Report>; schema?: ReturnType<typeof fakeSchema>; config?: object } = {}) {
  const time = { now: Date.parse("2026-01-01T00:00:00Z"), monotonic: 0 };
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  const { lines, log } = logOf();
  const fresh = (): Partial<Report> => {
    const freshUntil = time.now + 10_000;
    const dependencies = [{ scope: "s", slot: "a", version: 1, freshUntil, staleUntil: freshUntil + 10_000 }];
    const ends = { repeatableUntil: freshUntil };
    return { freshness: { oldestAsOf, stale: false }, maxAgeMs: 10_000, dependencies, ...ends, sent: 3, ...more.report };
  };
  const fake: Fake = fakeGateway({ clock, report: fresh, ...(more.schema && { schema: more.schema }) });
  const app = await start({ gateway: fake.gateway, log, config: { maxBodyBytes: 100_000, ...more.config } });
  const sources = () => lines.flatMap(({ source }) => (typeof source === "string" ? [source] : []));
  const passes = (ms: number) => {
    time.now += ms;
    time.monotonic += ms;
  };
  return { ...fake, app, lines, sources, passes };
}

/** As it comes, without what fetch does with it. */
const raw = (url: string, headers: Record<string, string>, query: string) =>
  new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const sent = httpRequest(
      `${url}/graphql`,
      { method: "POST", headers: { "content-type": "application/json", ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify({ query }));
  });

describe("an answer that was given", () => {
  it("is given again, with the age that it has then, and counts in the log as one that caused no calls", async () => {
    const { app, prepared, lines, passes } = await served();
    const first = await post(app, "query Board { hello }");
    passes(3_500);
    const second = await post(app, "query Board { hello }");
    expect(second.body).toEqual(first.body);
    expect(prepared).toHaveLength(1);
    expect([first, second].map(({ response }) => response.headers.get("cache-control"))).toEqual([
      "public, max-age=10",
      "public, max-age=6",
    ]);
    expect(second.response.headers.get("age")).toBeNull();
    const counted = { operation: "Board", caller: "anybody", stale: false, errors: {}, msg: "GraphQL request answered" };
    expect(lines).toMatchObject([
      { ...counted, calls: 3, source: "executed" },
      { ...counted, calls: 0, source: "memo" },
    ]);
  });

  it("is executed again once it is no longer fresh", async () => {
    const { app, sources, passes } = await served();
    await post(app, "{ hello }");
    passes(9_999);
    await post(app, "{ hello }");
    passes(1);
    await post(app, "{ hello }");
    expect(sources()).toEqual(["executed", "memo", "executed"]);
  });

  it("is executed again once a newer record took the place of one that it was made from", async () => {
    const { app, sources, stored } = await served();
    await post(app, "{ hello }");
    stored({ scope: "s", slot: "another", version: 2 });
    await post(app, "{ hello }");
    stored({ scope: "s", slot: "a", version: 2 });
    await post(app, "{ hello }");
    expect(sources()).toEqual(["executed", "memo", "executed"]);
  });

  it("is another one for another body, media type, method or URL", async () => {
    const { app, sources } = await served();
    const preflight = { "apollo-require-preflight": "1" };
    const ask = async () => {
      await post(app, "{ hello }");
      await post(app, "{ hello }", {}, { operationName: null });
      await post(app, "{ hello }", { accept: "application/graphql-response+json" });
      await (await fetch(`${app.url}/graphql?query={hello}`, { headers: preflight })).text();
      await (await fetch(`${app.url}/graphql?query={hello}&variables={}`, { headers: preflight })).text();
    };
    await ask();
    expect(sources()).toEqual(Array(5).fill("executed"));
    await ask();
    expect(sources().slice(5)).toEqual(Array(5).fill("memo"));
    const older = await post(app, "{ hello }");
    const newer = await post(app, "{ hello }", { accept: "application/graphql-response+json" });
    expect([older, newer].map(({ response }) => response.headers.get("content-type"))).toEqual([
      "application/json; charset=utf-8",
      "application/graphql-response+json; charset=utf-8",
    ]);
  });

  it("is shared by callers whose tokens mean nothing here, and is private to each of them", async () => {
    const { app, prepared } = await served();
    const caches = [];
    for (const authorization of ["", "Bearer one", "Bearer two"]) {
      const { response } = await post(app, "{ hello }", authorization ? { authorization } : {});
      caches.push(response.headers.get("cache-control"));
    }
    // The fake gateway takes a bearer for part of what its caller may see.
    expect(prepared).toHaveLength(3);
    expect(caches).toEqual(["public, max-age=10", "private, max-age=10", "private, max-age=10"]);
  });

  it("is kept compressed in each way that was asked for, and as it is", async () => {
    const { app, sources } = await served();
    const ask = (coding: string) => raw(app.url, coding ? { "accept-encoding": coding } : {}, "{ large }");
    const plain = await ask("");
    for (const coding of ["br", "gzip", "br", "gzip", "gzip, deflate, br", "br;q=0, gzip;q=0.1, identity;q=0.5"]) {
      const { headers, bytes } = await ask(coding);
      const name = coding.includes("identity") ? undefined : coding.includes("br") ? "br" : "gzip";
      expect(headers["content-encoding"]).toBe(name);
      expect(Number(headers["content-length"])).toBe(bytes.length);
      const unfolded = name === "br" ? brotliDecompressSync(bytes) : name === "gzip" ? gunzipSync(bytes) : bytes;
      expect(unfolded.equals(plain.bytes)).toBe(true);
    }
    expect(sources()).toEqual(["executed", ...Array(6).fill("memo")]);
    expect((await raw(app.url, { "accept-encoding": "br" }, "{ hello }")).headers["content-encoding"]).toBeUndefined();
  });

  it.each([
    ["has an error", "{ hello budget }", {}],
    [
      "has stale figures that stand in for what failed",
      "{ hello }",
      { freshness: { oldestAsOf, stale: true }, maxAgeMs: 0, repeatableUntil: 0 },
    ],
    ["ends in this moment", "{ hello }", { repeatableUntil: Date.parse("2026-01-01T00:00:00Z") }],
  ])("is not kept when it %s", async (_, query, report) => {
    const { app, sources } = await served({ report });
    await post(app, query);
    await post(app, query);
    expect(sources()).toEqual(["executed", "executed"]);
  });

  it("is neither kept nor taken when it is explained", async () => {
    const { app, explained } = await served();
    await post(app, "{ hello }");
    const { body } = await post(app, "{ hello }", { "x-gateway-explain": "calls" });
    expect(body.data).toEqual({ hello: "world" });
    expect(explained).toEqual([null, "calls"]);
    const other = await served();
    await post(other.app, "{ hello }", { "x-gateway-explain": "plan" });
    expect((await post(other.app, "{ hello }")).body.data).toEqual({ hello: "world" });
  });

  it("is kept without metrics too, such as the schema, for a minute and with no age promised", async () => {
    const { app, sources, passes } = await served({
      report: { freshness: null, maxAgeMs: null, dependencies: [], repeatableUntil: Number.POSITIVE_INFINITY },
      config: { maxQueryFields: 1000 },
    });
    const query = "{ __schema { queryType { name } } }";
    await post(app, query);
    passes(59_999);
    const { response } = await post(app, query);
    expect(response.headers.get("cache-control")).toBe("public, max-age=0");
    passes(1);
    await post(app, query);
    expect(sources()).toEqual(["executed", "memo", "executed"]);
  });

  it("holds nothing of the connection that it was made for", async () => {
    const { app } = await served();
    await post(app, "{ hello }", { origin: "https://one.example", cookie: "a=b", "x-request-id": "one" });
    const { response } = await post(app, "{ hello }", { "x-request-id": "two" });
    expect([...response.headers.keys()].sort()).toEqual(
      [
        ...[
          "cache-control",
          "connection",
          "content-length",
          "content-security-policy",
          "content-type",
          "cross-origin-resource-policy",
          "date",
        ],
        ...["keep-alive", "referrer-policy", "vary", "x-content-type-options", "x-frame-options", "x-request-id"],
      ].sort(),
    );
    expect(response.headers.get("x-request-id")).toBe("two");
  });
});

describe("equal requests under way at the same time", () => {
  /** A field that waits until the test lets it go. */
  function slowly() {
    const waiting: ((said: string) => void)[] = [];
    const schema = fakeSchema(() => new Promise<string>((resolve) => waiting.push(resolve)));
    const release = () => {
      for (const resolve of waiting.splice(0)) resolve("done");
    };
    return { schema, waiting, release };
  }

  it("are executed once", async () => {
    const { schema, waiting, release } = slowly();
    const { app, prepared, sources } = await served({ schema });
    const asked = [1, 2, 3].map(() => post(app, "{ slow }"));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const other = post(app, "{ slow }", {}, { variables: { other: true } });
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    release();
    for (const { body } of [...(await Promise.all(asked)), await other]) expect(body.data).toEqual({ slow: "done" });
    expect(prepared).toHaveLength(2);
    expect(sources().sort()).toEqual(["executed", "executed", "shared", "shared"]);
  });

  it("are executed apart when the first one's answer has an error", async () => {
    const { schema, waiting, release } = slowly();
    const { app, prepared } = await served({ schema });
    const asked = [1, 2].map(() => post(app, "{ slow bug }"));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    release();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    release();
    for (const { body } of await Promise.all(asked)) expect(body).toMatchObject({ data: { slow: "done", bug: null }, errors: [{}] });
    expect(prepared).toHaveLength(2);
  });

  it("go on without the first when its client closes the connection, which its execution is told", async () => {
    const { schema, waiting, release } = slowly();
    const { app, signals, prepared } = await served({ schema });
    const leaving = new AbortController();
    const body = JSON.stringify({ query: "{ slow }" });
    const headers = { "content-type": "application/json" };
    const first = fetch(`${app.url}/graphql`, { method: "POST", headers, body, signal: leaving.signal });
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    const second = post(app, "{ slow }");
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    leaving.abort();
    await expect(first).rejects.toThrow();
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true));
    expect(signals[1]?.aborted).toBe(false);
    release();
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    release();
    expect((await second).body.data).toEqual({ slow: "done" });
    expect(prepared).toHaveLength(2);
  });

  it("are not executed any more when all of their clients have closed their connections", async () => {
    const { schema, waiting, release } = slowly();
    const { app, signals, prepared, sources } = await served({ schema });
    const leaving = new AbortController();
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: "{ slow }" }) };
    const asked = Array.from({ length: 20 }, () => fetch(`${app.url}/graphql`, { ...init, signal: leaving.signal }).catch(() => "left"));
    await vi.waitFor(() => expect(signals).toHaveLength(20));
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    leaving.abort();
    expect(await Promise.all(asked)).toEqual(Array(20).fill("left"));
    await vi.waitFor(() => expect(signals.every(({ aborted }) => aborted)).toBe(true));
    release();
    await vi.waitFor(() => expect(sources()).toEqual(Array(20).fill("abandoned")));
    expect(prepared).toHaveLength(1);
  });

  it("say nothing of a client that stays to the end", async () => {
    const { app, signals } = await served();
    await post(app, "{ hello }");
    await post(app, "{ hello }", {}, { variables: {} });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});
