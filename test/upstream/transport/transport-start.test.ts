import { EventEmitter, on, once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ByHandOptions, failed, platformsByHand, type Received, skillSegments } from "../platform-by-hand.js";

const platform = platformsByHand();
const credentials = { kind: "client", clientId: "id", clientSecret: "hush" } as const;
const minute = 60_000;
const noJitter = () => 0;

/** A platform that finds its own services by look-up and issues tokens of an hour, on a clock that the test moves. */
async function looking(options: ByHandOptions = {}, answer?: (request: Received, response: ServerResponse) => boolean) {
  const clock = { at: 1 };
  let issued = 0;
  const started = await platform(
    (request, response) => {
      if (answer?.(request, response)) return;
      if (request.url.includes("baseURI")) response.end(JSON.stringify({ baseURI: started.url }));
      else if (request.url.includes("/app/token")) response.end(JSON.stringify({ access_token: `token-${++issued}`, expires_in: "3600" }));
      else response.end("{}");
    },
    { services: [], credentials, monotonic: () => clock.at, ...options },
  );
  const count = (part: string) => started.received.filter(({ url }) => url.includes(part)).length;
  const soon = () => ({ deadline: clock.at + 20_000 });
  return { ...started, clock, count, soon };
}

describe("a transport that is started", () => {
  test("knows every domain and a token before anybody needs them", async () => {
    const { transport, count, soon } = await looking();
    expect(transport.standing("operations")).toMatchObject({
      known: false,
      failure: { message: "Domain look-up: it has not answered yet." },
    });
    await transport.start(noJitter, () => undefined);
    expect([count("baseURI"), count("/app/token")]).toEqual([4, 1]);
    expect(transport.standing("operations")).toEqual({ known: true, failure: undefined });
    await transport.exchange(skillSegments, soon());
    expect([count("baseURI"), count("/app/token")]).toEqual([4, 1]);
  });

  test("shares its first look-ups with the exchanges that need them", async () => {
    const { transport, count, soon } = await looking();
    await Promise.all([transport.start(noJitter, () => undefined), transport.exchange(skillSegments, soon())]);
    expect([count("baseURI"), count("/app/token"), count("msgskillsegments")]).toEqual([4, 1, 1]);
  });

  test("looks up no token service for a bearer, and nothing that the settings name", async () => {
    const { transport, received } = await looking({ credentials: { kind: "bearer", token: "t" }, services: ["operations"] });
    await transport.start(noJitter, () => undefined);
    expect(received.map(({ url }) => /service\/(\w+)/.exec(url)?.[1]).sort()).toEqual(["agentActivityDomain", "agentManagerWorkspace"]);
    expect(transport.standing("operations")).toEqual({ known: true, failure: undefined });
  });

  test("has ended its start when every first look-up has failed, and says of each service why", async () => {
    const { transport } = await looking({}, (_, response) => {
      response.writeHead(503).end();
      return true;
    });
    await transport.start(noJitter, () => undefined);
    expect(transport.standing("keyMetrics")).toMatchObject({
      known: false,
      failure: { message: "Domain look-up: it failed (503). Ask again later." },
    });
  });

  test("says why when only the token is missing", async () => {
    const { transport } = await looking({}, (request, response) => {
      if (request.url.includes("/app/token")) response.writeHead(401).end();
      return request.url.includes("/app/token");
    });
    await transport.start(noJitter, () => undefined);
    expect(transport.standing("keyMetrics")).toMatchObject({ known: false, failure: { code: "UPSTREAM_UNAUTHORIZED" } });
  });

  test("asks again by itself after a failure, and what it found serves", async () => {
    const asked = new EventEmitter();
    let down = true;
    const { transport, clock } = await looking({ credentials: { kind: "bearer", token: "t" } }, (request, response) => {
      if (down && request.url.includes("baseURI")) response.writeHead(503).end();
      else asked.emit("look-up");
      return down;
    });
    await transport.start(noJitter, () => undefined);
    expect(transport.standing("operations")).toMatchObject({ known: false });
    down = false;
    clock.at += 1_000;
    const lookUps = on(asked, "look-up", { signal: AbortSignal.timeout(10_000) });
    for (let count = 0; count < 3; count++) await lookUps.next();
    await vi.waitFor(() => expect(transport.standing("operations")).toEqual({ known: true, failure: undefined }), { timeout: 5_000 });
  });

  test("ends its look-ups when it is closed while they hang", async () => {
    const events = new EventEmitter();
    const hanging = once(events, "look-up");
    const { transport } = await looking({}, () => events.emit("look-up"));
    const started = transport.start(noJitter, () => undefined);
    await hanging;
    await transport.close();
    await started;
    expect(transport.standing("operations")).toMatchObject({ known: false, failure: { code: "UPSTREAM_UNAVAILABLE" } });
  });
});

describe("what is known", () => {
  /** Everything but the services themselves fails once the test says so. */
  async function failingLater() {
    const state = { down: false };
    const all = await looking({}, (request, response) => {
      const fails = state.down && /baseURI|token/.test(request.url);
      if (fails) response.writeHead(503).end();
      return fails;
    });
    return { ...all, state };
  }

  test("serves when the domain look-up fails after its ten minutes, with one try behind it", async () => {
    const { transport, clock, soon, state, count } = await failingLater();
    await transport.exchange(skillSegments, soon());
    state.down = true;
    clock.at += 11 * minute;
    const lookUps = count("leDataReporting");
    for (let calls = 0; calls < 5; calls++) expect((await transport.exchange(skillSegments, soon())).status).toBe(200);
    await vi.waitFor(() =>
      expect(transport.standing("operations")).toMatchObject({ known: true, failure: { code: "UPSTREAM_UNAVAILABLE" } }),
    );
    expect((await transport.exchange(skillSegments, soon())).status).toBe(200);
    expect(count("leDataReporting")).toBe(lookUps + 1);
  });

  test("serves when the token cannot be renewed, until it ends", async () => {
    const { transport, clock, soon, state, received } = await failingLater();
    await transport.exchange(skillSegments, soon());
    state.down = true;
    clock.at += 59 * minute + 30_000;
    expect((await transport.exchange(skillSegments, soon())).status).toBe(200);
    const exchanges = received.filter(({ url }) => url.includes("msgskillsegments"));
    expect(exchanges.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-1"]);
    clock.at += minute;
    expect(await failed(transport.exchange(skillSegments, soon()))).toMatchObject({
      code: "UPSTREAM_UNAVAILABLE",
      message: "Token service: it failed (503). Ask again later.",
    });
  });
});

test("a process with a started transport ends by itself", async () => {
  const { url } = await looking();
  const { fork } = await import("node:child_process");
  const child = fork(new URL("./started-transport.ts", import.meta.url), [url], {
    execArgv: ["--import", "@oxc-node/core/register"],
    stdio: "inherit",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});
