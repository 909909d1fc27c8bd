import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { keys } from "./keys.js";
import { liveLine, until, watch } from "./live-line.js";
import { acknowledged, rawSocket, refusedSocket } from "./raw-socket.js";

const query = "subscription { contactCenter { current { onlineAgents } } }";
const subscribe = (id: string, of = query) => ({ id, type: "subscribe", payload: { query: of } });

describe("the origin of a socket", () => {
  test.each([
    ["a page of another origin", "https://evil.example", {}],
    ["a page whose origin ends like one that may", "https://evil-app.example", { CORS_ORIGINS: "https://app.example" }],
    ["the domain itself where its subdomains may", "https://example.com", { CORS_ORIGINS: "https://*.example.com" }],
    ["a subdomain of a subdomain", "https://a.b.example.com", { CORS_ORIGINS: "https://*.example.com" }],
    ["another scheme", "http://app.example", { CORS_ORIGINS: "https://app.example" }],
    ["another port", "https://app.example:8443", { CORS_ORIGINS: "https://app.example" }],
    ["an opaque origin", "null", { CORS_ORIGINS: "https://app.example" }],
  ])("%s is refused with 403", async (_, origin, environment) => {
    const line = await liveLine({ environment });
    const { status, body } = await refusedSocket(line.socketUrl, { headers: { origin } });
    expect({ status, body: JSON.parse(body) }).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: "FORBIDDEN" } }] } });
  });

  test.each([
    ["no page at all", undefined, {}],
    ["one that is named", "https://app.example", { CORS_ORIGINS: "https://other.example, https://app.example" }],
    ["a subdomain where a star stands for it", "https://wall.example.com", { CORS_ORIGINS: "https://*.example.com" }],
  ])("%s may open one", async (_, origin, environment) => {
    const line = await liveLine({ environment });
    const raw = await acknowledged(line.socketUrl, {}, { headers: origin === undefined ? {} : { origin } });
    expect(raw.received[0]).toMatchObject({ type: "connection_ack" });
  });

  test("the gateway's own may", async () => {
    const line = await liveLine();
    const raw = await acknowledged(line.socketUrl, {}, { headers: { origin: line.url } });
    expect(raw.received[0]).toMatchObject({ type: "connection_ack" });
  });
});

test("there is no socket at another path, and HTTP says where there is one", async () => {
  const line = await liveLine();
  expect(await refusedSocket(line.socketUrl.replace("/graphql", "/other"))).toMatchObject({ status: 404 });
  const response = await fetch(`${line.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.stringContaining("graphql-transport-ws"), extensions: { code: "BAD_USER_INPUT" } }],
  });
});

describe("who connects", () => {
  const file = keys({ wall: '"*"' });

  test.each([
    ["with a key that is unknown", { "x-api-key": "other" }],
    ["without a key", {}],
    ["with a key that is no text", { "x-api-key": { $ne: 1 } }],
  ])("%s is closed with 4403, and the log knows no secret", async (_, payload) => {
    const line = await liveLine({ environment: { AUTH: "api-key" }, keys: file });
    const raw = await rawSocket(line.socketUrl);
    raw.send({ type: "connection_init", payload });
    expect(await raw.closed).toMatchObject({ code: 4403, reason: expect.stringMatching(/^Forbidden: /) });
    expect(JSON.stringify(line.log)).not.toContain("other");
    expect(line.calls()).toBe(0);
  });

  test("with a known key is served, whether it comes in the first message or in a header", async () => {
    const line = await liveLine({ environment: { AUTH: "api-key" }, keys: file });
    const inMessage = await acknowledged(line.socketUrl, { "x-api-key": "wall" });
    const inHeader = await acknowledged(line.socketUrl, {}, { headers: { "x-api-key": "wall" } });
    for (const raw of [inMessage, inHeader]) raw.send(subscribe("1"));
    for (const raw of [inMessage, inHeader]) expect(await raw.message(2)).toMatchObject({ id: "1", type: "next", payload: { data: {} } });
    expect(JSON.stringify(line.log)).not.toContain("k3y");
  });

  test("may not read an account that is not its own: the subscription ends with FORBIDDEN, the socket stays", async () => {
    const line = await liveLine({
      simulated: {
        accounts: [
          { id: "north", seed: 1 },
          { id: "south", seed: 2 },
        ],
      },
      environment: { AUTH: "api-key" },
      keys: keys({ k3y: "[north]" }),
    });
    const raw = await acknowledged(line.socketUrl, { "x-api-key": "k3y" });
    raw.send(subscribe("1", query.replace("contactCenter", 'contactCenter(accountId: "south")')));
    expect(await raw.message(2)).toMatchObject({ id: "1", type: "error", payload: [{ extensions: { code: "FORBIDDEN" } }] });
    raw.send(subscribe("1", query.replace("contactCenter", 'contactCenter(accountId: "north")')));
    expect(await raw.message(3)).toMatchObject({ id: "1", type: "next" });
  });
});

describe("a socket is closed", () => {
  test.each([
    [4400, ["no JSON"]],
    [4400, [{ type: "connection_init", payload: "text" }]],
    [4400, [{ type: "connection_init" }, { id: "1", type: "subscribe" }]],
    [4401, [subscribe("1")]],
    [4429, [{ type: "connection_init" }, { type: "connection_init" }]],
    [1009, ["x".repeat(2_000)]],
  ] as const)("with %i after %j", async (code, messages) => {
    const line = await liveLine({ environment: { MAX_BODY_BYTES: "1024" } });
    const raw = await rawSocket(line.socketUrl);
    for (const message of messages) raw.send(message);
    expect((await raw.closed).code).toBe(code);
  });

  test("with 4409 when an id is used twice at once", async () => {
    const line = await liveLine();
    const raw = await acknowledged(line.socketUrl);
    raw.send(subscribe("1"));
    await raw.message(2);
    raw.send(subscribe("1"));
    expect((await raw.closed).code).toBe(4409);
  });

  test("with 4406 when it speaks another protocol", async () => {
    const line = await liveLine();
    await expect(rawSocket(line.socketUrl, {}, "graphql-ws")).rejects.toThrow("Server sent no subprotocol");
  });

  test("with 4408 when it does not say who it is", async () => {
    const line = await liveLine({ environment: { SOCKET_INIT_SECONDS: "1" } });
    expect((await (await rawSocket(line.socketUrl)).closed).code).toBe(4408);
  });

  test("with 1013 beyond MAX_SOCKETS, with 4429 beyond those of its caller, until one goes", async () => {
    const line = await liveLine({
      environment: { MAX_SOCKETS: "3", MAX_SOCKETS_PER_CALLER: "2", AUTH: "api-key" },
      keys: keys({ k1: '"*"', k2: '"*"' }),
    });
    const first = await acknowledged(line.socketUrl, { "x-api-key": "k1" });
    await acknowledged(line.socketUrl, { "x-api-key": "k1" });
    const third = await rawSocket(line.socketUrl);
    third.send({ type: "connection_init", payload: { "x-api-key": "k1" } });
    expect(await third.closed).toEqual({ code: 4429, reason: "MAX_SOCKETS_PER_CALLER allows 2 sockets." });
    await until(() => line.app.live.sockets === 2);
    await acknowledged(line.socketUrl, { "x-api-key": "k2" });
    expect(await (await rawSocket(line.socketUrl)).closed).toEqual({
      code: 1013,
      reason: "Try again later: MAX_SOCKETS allows 3 sockets.",
    });
    first.socket.close();
    await until(() => line.app.live.sockets === 2);
    await acknowledged(line.socketUrl, { "x-api-key": "k1" });
  });

  test("with 1001 when the gateway stops", async () => {
    const line = await liveLine();
    const raw = await acknowledged(line.socketUrl);
    raw.send(subscribe("1"));
    await raw.message(2);
    const stopping = line.stop();
    expect(await raw.closed).toMatchObject({ code: 1001 });
    await stopping;
  });

  test("with 1000 when nothing is subscribed to, with 1001 when it is old, and cut off when it is silent", async () => {
    const line = await liveLine({
      environment: { SOCKET_IDLE_SECONDS: "60", SOCKET_LIFETIME_SECONDS: "120", SOCKET_HEARTBEAT_SECONDS: "10" },
    });
    const idle = await acknowledged(line.socketUrl);
    const busy = await acknowledged(line.socketUrl);
    const dead = await acknowledged(line.socketUrl, {}, { autoPong: false });
    busy.send(subscribe("1"));
    dead.send(subscribe("1"));
    await busy.message(2);
    await dead.message(2);
    const pings = { count: 0 };
    busy.socket.on("ping", () => pings.count++);
    for (let beat = 1; beat <= 12; beat++) {
      const seen = pings.count;
      await line.pass(10_000);
      if (beat < 12) await until(() => pings.count > seen);
    }
    expect((await dead.closed).code).toBe(1006);
    expect((await idle.closed).code).toBe(1000);
    expect((await busy.closed).code).toBe(1001);
  });
});

describe("limits of subscriptions", () => {
  test.each([
    ["MAX_SUBSCRIPTIONS", { MAX_SUBSCRIPTIONS: "1" }],
    ["MAX_SUBSCRIPTIONS_PER_CALLER", { MAX_SUBSCRIPTIONS_PER_CALLER: "1" }],
    ["MAX_SUBSCRIPTIONS_PER_SOCKET", { MAX_SUBSCRIPTIONS_PER_SOCKET: "1" }],
  ])("%s refuses one more with TOO_MANY_SUBSCRIPTIONS, until one ends", async (name, environment) => {
    const line = await liveLine({ environment });
    const raw = await acknowledged(line.socketUrl);
    raw.send(subscribe("1"));
    await raw.message(2);
    raw.send(subscribe("2"));
    expect(await raw.message(3)).toMatchObject({
      id: "2",
      type: "error",
      payload: [{ message: `${name} allows 1 subscriptions.`, extensions: { code: "TOO_MANY_SUBSCRIPTIONS", retryable: true } }],
    });
    raw.send({ id: "1", type: "complete" });
    await until(() => line.app.live.subscriptions === 0);
    raw.send(subscribe("2"));
    expect(await raw.message(4)).toMatchObject({ id: "2", type: "next" });
  });
});

test("a thousand subscriptions of one socket, each of its own, are a thousand states for one call; one more is refused", async () => {
  const line = await liveLine({ environment: { MAX_SUBSCRIPTIONS_PER_SOCKET: "1000" } });
  const raw = await acknowledged(line.socketUrl);
  for (let number = 0; number < 1_001; number++) {
    raw.send(subscribe(String(number), `subscription S${number} { contactCenter { current { asOf } } }`));
  }
  await raw.message(1_002);
  expect(raw.received.filter(({ type }) => type === "next")).toHaveLength(1_000);
  expect(raw.received.find(({ type }) => type === "error")).toMatchObject({
    id: "1000",
    payload: [{ message: "MAX_SUBSCRIPTIONS_PER_SOCKET allows 1000 subscriptions." }],
  });
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 1_000, boards: 1_000 });
  await line.settled();
  const calls = line.calls();
  await line.pass(10_000);
  await raw.message(2_002);
  expect([calls, line.calls()]).toEqual([1, 2]);
});

describe("an operation that cannot be subscribed to ends with its error, before any call", () => {
  test.each([
    ["a query", "{ contactCenter { accountId } }", {}, "BAD_USER_INPUT", "send it over HTTP"],
    ["a mistake in the text", "subscription {", {}, "GRAPHQL_PARSE_FAILED", "Syntax Error"],
    ["a field that there is not", "subscription { contactCenter { nothing } }", {}, "GRAPHQL_VALIDATION_FAILED", "nothing"],
    [
      "too many tokens",
      `subscription { contactCenter { ${"accountId ".repeat(30)} } }`,
      { MAX_QUERY_TOKENS: "20" },
      "QUERY_TOO_LARGE",
      "MAX_QUERY_TOKENS",
    ],
    ["too deep", query, { MAX_QUERY_DEPTH: "2" }, "QUERY_TOO_LARGE", "MAX_QUERY_DEPTH"],
    ["too many fields", query, { MAX_QUERY_FIELDS: "2" }, "QUERY_TOO_LARGE", "MAX_QUERY_FIELDS"],
    [
      "a list that is too long",
      'subscription { contactCenter { agents(ids: ["1", "2"]) { nodes { id } } } }',
      { MAX_LIST_ITEMS: "1" },
      "QUERY_TOO_LARGE",
      "MAX_LIST_ITEMS",
    ],
    [
      "an answer that is too large",
      "subscription { contactCenter { agents(first: 500) { nodes { id } } } }",
      { MAX_ANSWER_VALUES: "100" },
      "QUERY_TOO_LARGE",
      "MAX_ANSWER_VALUES",
    ],
    [
      "too often",
      "subscription { contactCenter(everySeconds: 1) { accountId } }",
      {},
      "BAD_USER_INPUT",
      "everySeconds must be between 2 and 3600, but is 1.",
    ],
    [
      "too seldom",
      "subscription { contactCenter(everySeconds: 3601) { accountId } }",
      {},
      "BAD_USER_INPUT",
      "everySeconds must be between 2 and 3600, but is 3601.",
    ],
    ["nothing", "subscription { contactCenter @skip(if: true) { accountId } }", {}, "BAD_USER_INPUT", "contactCenter"],
    [
      "a document that is not trusted",
      query,
      { TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "documents.json" },
      "DOCUMENT_NOT_TRUSTED",
      "TRUSTED_DOCUMENTS",
    ],
    [
      "a plan that needs too many calls",
      "subscription { contactCenter { current { onlineAgents } agentSegments { totalAgentConversationSegments } } }",
      { MAX_UPSTREAM_CALLS: "1" },
      "PLAN_TOO_LARGE",
      "2 calls",
    ],
  ])("%s", async (_, of, environment, code, part) => {
    const line = await liveLine({ environment, files: '{ "abc": "{ contactCenter { accountId } }" }' });
    const raw = await acknowledged(line.socketUrl);
    raw.send(subscribe("1", of));
    const { type, payload } = await raw.message(2);
    expect({ type, payload }).toMatchObject({ type: "error", payload: [{ message: expect.stringContaining(part), extensions: { code } }] });
    expect(line.calls()).toBe(0);
    expect(line.app.live).toMatchObject({ subscriptions: 0, boards: 0 });
  });
});

test("a trusted document is subscribed to by its text or by its hash", async () => {
  const environment = { TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "documents.json" };
  const line = await liveLine({ environment, files: JSON.stringify({ h4sh: query }) });
  const raw = await acknowledged(line.socketUrl);
  raw.send(subscribe("text"));
  raw.send({ id: "id", type: "subscribe", payload: { query: "", documentId: "sha256:h4sh" } });
  raw.send({ id: "relay", type: "subscribe", payload: { query: "", doc_id: "h4sh" } });
  raw.send({
    id: "extension",
    type: "subscribe",
    payload: { query: "", extensions: { persistedQuery: { version: 1, sha256Hash: "h4sh" } } },
  });
  await raw.message(5);
  expect(raw.received.slice(1).map(({ id, type }) => [id, type])).toEqual(
    expect.arrayContaining([
      ["text", "next"],
      ["id", "next"],
      ["relay", "next"],
      ["extension", "next"],
    ]),
  );
  expect(line.app.live).toMatchObject({ subscriptions: 4, boards: 1 });
});

test("what is begun, completed and begun again under one id in one packet is one subscription, and none when the socket is closed", async () => {
  const dated = "subscription { contactCenter { current { asOf } } }";
  const line = await liveLine();
  const raw = await acknowledged(line.socketUrl);
  const stream = (raw.socket as unknown as { _socket: Socket })._socket;
  stream.cork();
  for (let turn = 0; turn < 5; turn++) {
    raw.send(subscribe("1", dated));
    raw.send({ id: "1", type: "complete" });
  }
  raw.send(subscribe("1", dated));
  stream.uncork();
  const ended = () => line.log.filter(({ msg }) => msg === "Subscription ended").length;
  await until(() => ended() === 5 && line.app.live.subscriptions === 1);
  const before = raw.received.length;
  await line.settled();
  await line.pass(10_000);
  expect(await raw.message(before + 1)).toMatchObject({ id: "1", type: "next" });
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 1, boards: 1 });
  raw.socket.close();
  await until(() => line.app.live.sockets === 0);
  expect(line.app.live).toEqual({ sockets: 0, subscriptions: 0, boards: 0 });
  expect(ended()).toBe(6);
});

test("a client of graphql-ws subscribes, leaves, and the gateway keeps nothing", async () => {
  const line = await liveLine();
  const client = line.client();
  const watcher = watch(client, query);
  await watcher.payload(1);
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 1, boards: 1 });
  watcher.leave();
  expect(await watcher.ended).toBeNull();
  await client.dispose();
  await until(() => line.app.live.sockets === 0);
  expect(line.app.live).toEqual({ sockets: 0, subscriptions: 0, boards: 0 });
  await line.pass(120_000);
  expect(line.states).toBe(1);
});
