import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { problemsOf } from "../config/configured.js";
import { keys } from "./keys.js";
import { type LiveLine, liveLine, type Payload, until } from "./live-line.js";

const query = "subscription Board { contactCenter { current { asOf } } }";

interface Message {
  kind: string;
  action: "check" | "next" | "complete";
  id: string;
  verifier: string;
  payload?: Payload;
  errors?: { message: string; extensions: { code: string } }[];
}

/** The half of a router that is called back, by hand. */
interface RouterByHand {
  /** Of the address that is called. */
  url: string;
  received: (Message & { headers: IncomingHttpHeaders })[];
  nexts(): Message[];
  /** What it answers from now on, by action. */
  answers: Record<Message["action"], number>;
}

async function routerByHand(): Promise<RouterByHand> {
  const received: RouterByHand["received"] = [];
  const answers = { check: 204, next: 204, complete: 202 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const message = JSON.parse(body) as Message;
      received.push({ ...message, headers: request.headers });
      response.writeHead(answers[message.action], { "subscription-protocol": "callback/1.0", location: "/elsewhere" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback/`;
  return { url, received, answers, nexts: () => received.filter(({ action }) => action === "next") };
}

const settings = (router: RouterByHand) => ({ ROUTER_SECRET: "s3cret", SUBSCRIPTION_CALLBACK_URLS: router.url });

const subscription = (router: RouterByHand) => ({
  callbackUrl: `${router.url}42`,
  subscriptionId: "42",
  verifier: "v3rifier",
  heartbeatIntervalMs: 6_000,
});

async function subscribe(
  line: LiveLine,
  of: object,
  { headers = { "x-router-secret": "s3cret" }, more = {} }: { headers?: Record<string, string>; more?: object } = {},
) {
  const response = await fetch(`${line.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json;callbackSpec=1.0; charset=utf-8", ...headers },
    body: JSON.stringify({ query, ...more, extensions: { subscription: of } }),
  });
  return { status: response.status, type: response.headers.get("content-type"), body: (await response.json()) as Payload };
}

test("a router is asked whether it knows the subscription, and sent its states, signs of life, and its end", async () => {
  const router = await routerByHand();
  const line = await liveLine({ environment: settings(router) });
  expect(await subscribe(line, subscription(router))).toEqual({
    status: 200,
    type: "application/json; charset=utf-8",
    body: { data: null },
  });
  await until(() => router.received.length === 2);
  const own = { kind: "subscription", id: "42", verifier: "v3rifier" };
  expect(router.received[0]).toMatchObject({ ...own, action: "check", headers: { "subscription-protocol": "callback/1.0" } });
  expect(router.received[1]).toMatchObject({
    ...own,
    action: "next",
    payload: { data: { contactCenter: { current: {} } }, extensions: { freshness: { stale: false } } },
  });
  expect(line.app.live).toEqual({ sockets: 0, subscriptions: 1, boards: 1 });

  await line.pass(4_000);
  await until(() => router.received.length === 3);
  expect(router.received[2]).toMatchObject({ ...own, action: "check" });
  await line.pass(6_000);
  await until(() => router.nexts().length === 2);
  await line.stop();
  expect(router.received.at(-1)).toMatchObject({ ...own, action: "complete", errors: [{ message: "The gateway is stopping." }] });
  expect(JSON.stringify(line.log)).not.toMatch(/s3cret|v3rifier/);
});

test("routers and sockets share boards", async () => {
  const router = await routerByHand();
  const line = await liveLine({ environment: settings(router) });
  await subscribe(line, subscription(router));
  await subscribe(line, { ...subscription(router), subscriptionId: "43" });
  await until(() => router.nexts().length === 2);
  expect(line.app.live).toMatchObject({ subscriptions: 2, boards: 1 });
  expect(line.calls()).toBe(1);
});

describe("nobody is called", () => {
  test.each([
    ["without the router's secret", {}, (router: RouterByHand) => subscription(router), "FORBIDDEN"],
    ["with another secret", { "x-router-secret": "guessed" }, (router: RouterByHand) => subscription(router), "FORBIDDEN"],
    [
      "at an address that is not allowed",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: router.url.replace("/callback/", "/other/42") }),
      "FORBIDDEN",
    ],
    [
      "at one that leaves the allowed path by dots",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url}%2e%2e/other` }),
      "FORBIDDEN",
    ],
    [
      "at one that begins like an allowed host",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: router.url.replace("127.0.0.1", "127.0.0.1.evil.example") }),
      "FORBIDDEN",
    ],
    [
      "at one with a user in front of another host",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: router.url.replace("127.0.0.1", "127.0.0.1@evil.example") }),
      "FORBIDDEN",
    ],
    [
      "at one that leaves the allowed path by slashes that are written otherwise",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url}..%2Fother` }),
      "FORBIDDEN",
    ],
    [
      "at an allowed host with a user",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url.replace("http://", "http://user:word@")}42` }),
      "FORBIDDEN",
    ],
    [
      "at another host behind a backslash",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: router.url.replace("127.0.0.1", "evil.example\\@127.0.0.1") }),
      "FORBIDDEN",
    ],
    [
      "at the same machine by another name of it",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")}42` }),
      "FORBIDDEN",
    ],
    [
      "at another port",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url.replace(/:\d+/, ":1")}42` }),
      "FORBIDDEN",
    ],
    [
      "by another protocol",
      undefined,
      (router: RouterByHand) => ({ ...subscription(router), callbackUrl: `${router.url.replace("http:", "https:")}42` }),
      "FORBIDDEN",
    ],
    ["at a file", undefined, (router: RouterByHand) => ({ ...subscription(router), callbackUrl: "file:///etc/hosts" }), "FORBIDDEN"],
    ["at no address", undefined, (router: RouterByHand) => ({ ...subscription(router), callbackUrl: 42 }), "BAD_USER_INPUT"],
    ["too often", undefined, (router: RouterByHand) => ({ ...subscription(router), heartbeatIntervalMs: 10 }), "BAD_USER_INPUT"],
    ["by nothing", undefined, () => null, "BAD_USER_INPUT"],
  ] as const)("%s", async (_, headers, of, code) => {
    const router = await routerByHand();
    const line = await liveLine({ environment: settings(router) });
    const { status, body } = await subscribe(line, of(router) as object, headers ? { headers } : {});
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: code === "FORBIDDEN" ? 403 : 400, code });
    expect(router.received).toEqual([]);
    expect(line.app.live.subscriptions).toBe(0);
  });

  test("unless addresses are allowed", async () => {
    const router = await routerByHand();
    const line = await liveLine({ environment: { ROUTER_SECRET: "s3cret" } });
    const { body } = await subscribe(line, subscription(router));
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining("graphql-transport-ws"),
      extensions: { code: "BAD_USER_INPUT" },
    });
    expect(router.received).toEqual([]);
  });

  test("again where the address answers with another one", async () => {
    const router = await routerByHand();
    router.answers.check = 307;
    const line = await liveLine({ environment: settings(router) });
    const { status, body } = await subscribe(line, subscription(router));
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ message: expect.stringContaining("answers 307") }] } });
    expect(router.received).toHaveLength(1);
  });

  test("and without ROUTER_SECRET the gateway does not start", () => {
    const environment = { SUBSCRIPTION_CALLBACK_URLS: "http://127.0.0.1:4000/callback" };
    expect(problemsOf(environment)).toEqual([expect.stringMatching(/^ROUTER_SECRET must be set when SUBSCRIPTION_CALLBACK_URLS is set/)]);
    expect(problemsOf({ ROUTER_SECRET: "s3cret", SUBSCRIPTION_CALLBACK_URLS: "router" })).toEqual([
      expect.stringMatching(/^SUBSCRIPTION_CALLBACK_URLS must be one to twenty URLs .*, but is "router"\.$/),
    ]);
  });
});

test("a mistake in the operation is told in the answer, before anybody is called", async () => {
  const router = await routerByHand();
  const line = await liveLine({ environment: settings(router) });
  const { status, body } = await subscribe(line, subscription(router), { more: { query: "subscription { contactCenter { nothing } }" } });
  expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 400, code: "GRAPHQL_VALIDATION_FAILED" });
  expect(router.received).toEqual([]);
});

test("a caller that may not read the account is told at the end of the subscription", async () => {
  const router = await routerByHand();
  const line = await liveLine({
    simulated: {
      accounts: [
        { id: "north", seed: 1 },
        { id: "south", seed: 2 },
      ],
    },
    environment: { ...settings(router), AUTH: "api-key" },
    keys: keys({ north: "[north]" }),
  });
  const headers = { "x-router-secret": "s3cret", "x-api-key": "north" };
  await subscribe(line, subscription(router), {
    headers,
    more: { query: 'subscription { contactCenter(accountId: "south") { accountId } }' },
  });
  await until(() => router.received.length === 2);
  expect(router.received[1]).toMatchObject({ action: "complete", errors: [{ extensions: { code: "FORBIDDEN" } }] });
});

describe("a subscription ends", () => {
  test("with FORBIDDEN when an account is taken from its caller, before the next state", async () => {
    const router = await routerByHand();
    const line = await liveLine({ environment: { ...settings(router), AUTH: "api-key" }, keys: keys({ ada: '"*"' }) });
    await subscribe(line, subscription(router), { headers: { "x-router-secret": "s3cret", "x-api-key": "ada" } });
    await until(() => router.nexts().length === 1);
    const { auth } = line.config;
    if (auth.kind !== "api-key") throw new Error("Keys are expected.");
    line.app.renew({ ...line.config, auth: { ...auth, keys: auth.keys.map((key) => ({ ...key, accounts: [] })) } });
    await line.run(11);
    await until(() => line.app.live.subscriptions === 0);
    expect(router.nexts()).toHaveLength(1);
    expect(router.received.at(-1)).toMatchObject({
      action: "complete",
      errors: [{ message: "Your rights have changed.", extensions: { code: "FORBIDDEN" } }],
    });
  });

  test.each(["check", "next"] as const)("when the router does not know it any more, by its answer to %s", async (action) => {
    const router = await routerByHand();
    const line = await liveLine({ environment: settings(router) });
    await subscribe(line, subscription(router));
    await until(() => router.nexts().length === 1);
    router.answers[action] = 404;
    await line.run(12);
    await until(() => line.app.live.subscriptions === 0);
    expect(line.app.live.boards).toBe(0);
  });

  test("when the router cannot be reached five times one after another, and not before", async () => {
    const router = await routerByHand();
    const line = await liveLine({ environment: settings(router) });
    await subscribe(line, { ...subscription(router), heartbeatIntervalMs: 0 });
    await until(() => router.nexts().length === 1);
    router.answers.next = 503;
    await line.run(10);
    await until(() => router.nexts().length === 2);
    await line.run(1);
    await until(() => router.nexts().length === 3);
    router.answers.next = 204;
    await line.run(2);
    await until(() => router.nexts().length === 4);
    expect(line.app.live.subscriptions).toBe(1);
    router.answers.next = 503;
    for (let tries = 5; line.app.live.subscriptions === 1; tries++) {
      await line.run(10);
      expect(tries).toBeLessThan(20);
    }
    expect(router.nexts().length).toBe(9);
  });
});
