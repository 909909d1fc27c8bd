import { describe, expect, it, vi } from "vitest";
import { fakeGateway, fakeSchema, logOf, post, start } from "./fake-gateway.js";

describe("/graphql over HTTP", () => {
  it("answers in the media type asked for, and in application/json when none is", async () => {
    const app = await start();
    const newer = await post(app, "{ hello }", { accept: "application/graphql-response+json" });
    expect(newer.response.headers.get("content-type")).toMatch("application/graphql-response+json");
    const older = await post(app, "{ hello }");
    expect(older.response.headers.get("content-type")).toMatch(/^application\/json/);
    for (const { status, body } of [newer, older]) expect({ status, body }).toEqual({ status: 200, body: { data: { hello: "world" } } });
  });

  it("answers a GET that a browser could not send unasked, and refuses one that it could", async () => {
    const app = await start();
    const url = `${app.url}/graphql?query={hello}`;
    const sure = await fetch(url, { headers: { "apollo-require-preflight": "1" } });
    expect(await sure.json()).toEqual({ data: { hello: "world" } });
    const doubtful = await fetch(url);
    expect(doubtful.status).toBe(400);
    expect(await doubtful.text()).toMatch("CSRF");
  });

  it("shows GraphiQL to whoever opens it in a browser, where there is GraphiQL", async () => {
    const open = async (graphiql: boolean) => {
      const app = await start({ config: { graphiql } });
      return fetch(`${app.url}/graphql`, { headers: { accept: "text/html,application/xhtml+xml" }, redirect: "manual" });
    };
    const shown = await open(true);
    expect([shown.status, shown.headers.get("location")]).toEqual([302, "/graphiql/"]);
    expect((await open(false)).status).toBe(400);
  });

  it("refuses a batch", async () => {
    const app = await start();
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([{ query: "{ hello }" }, { query: "{ hello }" }]),
    });
    expect(response.status).toBe(400);
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS"])(
    "refuses %s with the methods it takes, whoever asks, and reads no body",
    async (method) => {
      const { gateway, prepared } = fakeGateway();
      const keys = [{ name: "a", sha256: "0".repeat(64), accounts: "*" as const, explain: false, conversations: false }];
      const app = await start({ gateway, config: { auth: { kind: "api-key", keys } } });
      const bodies = [
        undefined,
        { type: "application/json", body: JSON.stringify({ query: "{ hello }" }) },
        { type: "text/odd", body: "<" },
      ];
      for (const given of bodies) {
        const response = await fetch(`${app.url}/graphql?query={hello}`, {
          method,
          ...(given && { headers: { "content-type": given.type }, body: given.body }),
        });
        expect(response.status).toBe(405);
        expect(response.headers.get("allow")).toBe("GET, POST");
        expect(response.headers.get("cache-control")).toBe("no-store");
        const message = `/graphql takes GET and POST, not ${method}.`;
        expect(await response.json()).toEqual({ errors: [{ message, extensions: { code: "METHOD_NOT_ALLOWED" } }] });
      }
      expect(prepared).toEqual([]);
    },
  );

  it("prepares an operation once it is valid, with its name and variables, and not before", async () => {
    const { gateway, prepared } = fakeGateway();
    const app = await start({ gateway });
    await post(app, "{ nonsense }");
    await post(app, "{ hello");
    expect(prepared).toEqual([]);
    await post(
      app,
      "query Board($of: Int!) { number(of: $of) } query Other { hello }",
      {},
      { operationName: "Board", variables: { of: 3 } },
    );
    expect(prepared).toMatchObject([{ operationName: "Board", variables: { of: 3 }, document: { kind: "Document" } }]);
  });

  it("compresses an answer when asked, and says what it depends on", async () => {
    const app = await start();
    const { response, body } = await post(app, "{ large }", { "accept-encoding": "br" });
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(String(body.data?.large)).toHaveLength(70_000);
    const vary = response.headers.get("vary")?.toLowerCase().split(/, */);
    expect(vary?.sort()).toEqual([
      "accept",
      "accept-encoding",
      "authorization",
      "origin",
      "x-api-key",
      "x-gateway-explain",
      "x-router-secret",
    ]);
  });

  it("marks every answer as simulated when it is, and none when it is not", async () => {
    const simulated = await start({ config: { simulated: true } });
    const real = await start();
    for (const path of ["/graphql?query={hello}", "/healthz", "/nowhere"]) {
      expect((await fetch(simulated.url + path)).headers.get("x-gateway-simulated")).toBe("true");
      expect((await fetch(real.url + path)).headers.has("x-gateway-simulated")).toBe(false);
    }
  });

  it("writes one line for each request with operation, milliseconds and calls, and nothing of its headers", async () => {
    const { lines, log } = logOf();
    let monotonic = 0;
    const schema = fakeSchema(async () => {
      monotonic += 7;
      return "done";
    });
    const report = { sent: 4, freshness: { oldestAsOf: "2026-01-15T12:00:00.000Z", stale: true } };
    const clock = { now: Date.now, monotonic: () => monotonic };
    const app = await start({ log, gateway: fakeGateway({ report, schema, clock }).gateway });
    await post(app, "query Board { slow budget again: budget bug }", { authorization: "Bearer s3cret" });
    await post(app, "{ hello }");
    const errors = { BUDGET_EXHAUSTED: 2, INTERNAL_SERVER_ERROR: 1 };
    expect(lines.filter(({ level }) => level === 30)).toMatchObject([
      { operation: "Board", ms: 7, calls: 4, stale: true, errors, msg: "GraphQL request answered" },
      { operation: null, errors: {} },
    ]);
    expect(lines.find(({ operation }) => operation === "Board")?.errors).toEqual(errors);
    expect(JSON.stringify(lines)).not.toMatch("s3cret");
  });
});

describe("ages and explanations", () => {
  const freshness = { oldestAsOf: "2026-01-01T00:00:00.000Z", stale: false };

  it("says how old the figures are, and lets the answer be kept as long as the shortest of them is fresh", async () => {
    const { gateway } = fakeGateway({ report: { freshness, maxAgeMs: 7_900 } });
    const { response, body } = await post(await start({ gateway }), "{ hello }");
    expect(body.extensions).toEqual({ freshness });
    expect(response.headers.get("cache-control")).toBe("public, max-age=7");
  });

  it("lets an answer with an error be kept nowhere", async () => {
    const { gateway } = fakeGateway({ report: { freshness, maxAgeMs: 7_900 } });
    const { response, body } = await post(await start({ gateway }), "{ hello budget }");
    expect(body.data).toEqual({ hello: "world", budget: null });
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("promises no age for an answer without metrics", async () => {
    const { response, body } = await post(await start(), "{ hello }");
    expect(body).not.toHaveProperty("extensions");
    expect(response.headers.get("cache-control")).toBe("public, max-age=0");
  });

  it("answers explain=calls with the data and what was asked", async () => {
    const { gateway, explained } = fakeGateway({ report: { freshness, upstream: { sent: 2 } } });
    const { body } = await post(await start({ gateway }), "{ hello }", { "x-gateway-explain": "calls" });
    expect(body).toEqual({ data: { hello: "world" }, extensions: { freshness, upstream: { sent: 2 } } });
    expect(explained).toEqual(["calls"]);
  });

  it("answers explain=plan with the plan alone, and executes nothing", async () => {
    const { gateway } = fakeGateway({ report: { upstream: { planned: 3 } } });
    const { status, body } = await post(await start({ gateway }), "{ bug }", { "x-gateway-explain": "plan" });
    expect({ status, body }).toEqual({ status: 200, body: { data: null, extensions: { upstream: { planned: 3 } } } });
  });

  it("refuses to explain in a way it does not know", async () => {
    const { status, body } = await post(await start(), "{ hello }", { "x-gateway-explain": "everything" });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { message: 'Header x-gateway-explain must be calls or plan, but is "everything".', extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });
});

describe("health", () => {
  it("is up as soon as it listens, and ready when the gateway is", async () => {
    const ready = await start();
    expect((await fetch(`${ready.url}/healthz`)).status).toBe(200);
    const readyz = await fetch(`${ready.url}/readyz`);
    expect(readyz.status).toBe(200);
    expect(await readyz.json()).toEqual({ ready: true, accounts: [{ id: "demo", services: { operations: "ok" } }] });
    const unready = await start({ gateway: fakeGateway({ ready: false }).gateway });
    expect((await fetch(`${unready.url}/readyz`)).status).toBe(503);
  });

  it("takes no POST", async () => {
    const response = await fetch(`${(await start()).url}/healthz`, { method: "POST", body: "x" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });

  it("answers an unknown path with 404 and JSON", async () => {
    const response = await fetch(`${(await start()).url}/nowhere?a=b`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ errors: [{ message: "There is nothing at /nowhere.", extensions: { code: "NOT_FOUND" } }] });
  });
});

describe("stopping", () => {
  it("finishes what runs, takes nothing new, closes the gateway, and is not held open by connections kept alive", async () => {
    let finish = () => {};
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = () =>
      new Promise<string>((resolve) => {
        finish = () => resolve("done");
        begun();
      });
    const { gateway, closed } = fakeGateway({ schema: fakeSchema(slow) });
    const app = await start({ gateway });
    const answer = post(app, "{ slow }");
    await running;
    const stopped = app.stop();
    await vi.waitFor(() => expect(fetch(`${app.url}/healthz`)).rejects.toThrow());
    expect(closed()).toBe(false);
    finish();
    const { body, response } = await answer;
    expect(body).toEqual({ data: { slow: "done" } });
    expect(response.headers.get("connection")).toBe("close");
    await stopped;
    expect(closed()).toBe(true);
  });
});
