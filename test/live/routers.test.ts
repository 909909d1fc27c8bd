import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { companySdl, startCompany } from "../../examples/supergraph/company.js";
import { type RouterOptions, startRouter } from "../../examples/supergraph/router.js";
import { compose } from "../../examples/supergraph/supergraph.js";
import { metricsSdl } from "../federation/supergraph.js";
import { keys } from "./keys.js";
import { liveLine, type Payload, until } from "./live-line.js";

/** A port that is free now: the router's address is a setting of the gateway, and the gateway's one of the router. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function routerOver(metrics: string, options: Pick<RouterOptions, "subscriptions" | "secret" | "port">) {
  const company = await startCompany({ employees: [{ number: "E1", team: "T1", agent: { accountId: "demo", id: "1000" } }], orders: [] });
  onTestFinished(() => company.stop());
  const supergraph = compose([
    { name: "metrics", url: `${metrics}/graphql`, sdl: metricsSdl },
    { name: "company", url: company.url, sdl: companySdl },
  ]);
  const router = await startRouter({ supergraph, metrics: "metrics", ...options });
  onTestFinished(() => router.stop());
  return router;
}

/** A subscription as a client of the router has it: server-sent events. */
async function subscribe(url: string, query: string, headers: Record<string, string> = {}) {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
    body: JSON.stringify({ query }),
    signal: gone.signal,
  });
  const payloads: Payload[] = [];
  const read = async () => {
    let rest = "";
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const events = (rest + part).split("\n\n");
      rest = events.pop()!;
      for (const event of events) {
        const data = /^data: (.+)$/m.exec(event)?.[1];
        if (data) payloads.push(JSON.parse(data) as Payload);
      }
    }
  };
  const ended = read().catch(() => undefined);
  return { payloads, ended, leave: () => gone.abort() };
}

const query = `subscription { contactCenter { current { asOf onlineAgents } } }`;

describe.each(["ws", "http-callback"] as const)("through a router, %s", (subscriptions) => {
  const start = async (environment: Record<string, string> = {}, keyFile?: string) => {
    const port = await freePort();
    const line = await liveLine({
      environment: {
        ROUTER_SECRET: "s3cret",
        ...(subscriptions === "http-callback" && { SUBSCRIPTION_CALLBACK_URLS: `http://127.0.0.1:${port}/callback` }),
        ...environment,
      },
      ...(keyFile !== undefined && { keys: keyFile }),
    });
    const router = await routerOver(line.url, { subscriptions, secret: "s3cret", port });
    return { line, router };
  };

  test("a client has the states of a subscription, and the gateway forgets it when the client leaves", async () => {
    const { line, router } = await start();
    const { payloads, leave } = await subscribe(router.url, query);
    await until(() => payloads.length === 1);
    expect(payloads[0]).toMatchObject({ data: { contactCenter: { current: { onlineAgents: expect.any(Number) } } } });
    await line.pass(10_000);
    await until(() => payloads.length === 2);
    expect(payloads[1]?.data).not.toEqual(payloads[0]?.data);
    expect(line.app.live).toMatchObject({ subscriptions: 1, boards: 1 });
    leave();
    for (let waited = 0; line.app.live.subscriptions > 0; waited++) {
      expect(waited).toBeLessThan(100);
      await line.run(10);
    }
  });

  test("callers with different keys never share, those with the same rights share what is asked", async () => {
    const { line, router } = await start({ AUTH: "api-key" }, keys({ ada: '"*"', ben: '"*"' }));
    const ada = await subscribe(router.url, query, { "x-api-key": "ada" });
    const ben = await subscribe(router.url, query, { "x-api-key": "ben" });
    await until(() => ada.payloads.length > 0 && ben.payloads.length > 0);
    expect(ada.payloads[0]).toMatchObject({ data: { contactCenter: { current: {} } } });
    expect(ben.payloads[0]).toEqual(ada.payloads[0]);
    expect(line.app.live).toMatchObject({ subscriptions: 2, boards: 1 });
    expect(line.calls()).toBe(1);
  });

  // The router's WebSocket client tries again for half a minute before it tells: see protocol.test.ts for what it is told.
  if (subscriptions === "ws") return;
  test("a caller whose key is unknown is told so, and has no figures", async () => {
    const { line, router } = await start({ AUTH: "api-key" }, keys({ ada: '"*"' }));
    const { payloads } = await subscribe(router.url, query, { "x-api-key": "guessed" });
    await until(() => payloads.length > 0);
    expect(payloads[0]?.errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
    expect(line.app.live.subscriptions).toBe(0);
  });
});
