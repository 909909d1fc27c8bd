import { createHash } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { expect, it } from "vitest";
import { callsOf, refused, type Served, served } from "../auth/served.js";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const key = (name: string, accounts: string) => `  - { name: ${name}, sha256: ${digest(name)}, accounts: ${accounts} }`;
const keysOf = (...lines: string[]) => ["keys:", ...lines].join("\n");
const simulated = {
  accounts: [
    { id: "north", bearers: ["t0ken-north"] },
    { id: "south", bearers: ["t0ken-south"] },
  ],
};
const accounts = (url: string) => `
accounts:
  - { id: north, services: { csds: "${url}" }, credentials: { bearer: env:NORTH } }
  - { id: south, services: { csds: "${url}" }, credentials: { bearer: env:SOUTH } }`;
const environment = { NORTH: "t0ken-north", SOUTH: "t0ken-south", TTL_CURRENT_SECONDS: "3600" };
const south = '{ contactCenter(accountId: "south") { current { onlineAgents } } }';

/** Asks until the answer is one that is kept, and shows that it is. */
async function hot(line: Served, query: string, headers: Record<string, string>): Promise<void> {
  for (const source of ["executed", "memo"]) {
    const answer = await line.ask(query, { headers });
    expect(refused(answer)).toEqual([]);
    expect(line.sources().at(-1)).toBe(source);
  }
}

it("refuses a key that was taken out of the file, and goes on to serve the others", async () => {
  const all = keysOf(key("ada", '"*"'), key("bob", '"*"'));
  const line = await served({ simulated, environment: { ...environment, AUTH: "api-key" }, accounts, keys: all });
  await hot(line, south, { "x-api-key": "ada" });
  line.renew({ keys: keysOf(key("bob", '"*"')) });
  const answer = await line.ask(south, { headers: { "x-api-key": "ada" } });
  expect([answer.status, refused(answer)]).toEqual([401, [[undefined, "UNAUTHENTICATED"]]]);
  await hot(line, south, { "x-api-key": "bob" });
  expect(callsOf(line)).toBe(1);
});

it("refuses an account that the caller may not read any more, while another's answer is kept", async () => {
  const before = keysOf(key("ada", "[north, south]"), key("bob", "[north, south]"));
  const line = await served({ simulated, environment: { ...environment, AUTH: "api-key" }, accounts, keys: before });
  await hot(line, south, { "x-api-key": "ada" });
  line.renew({ keys: keysOf(key("ada", "[north]"), key("bob", "[north, south]")) });
  await hot(line, south, { "x-api-key": "bob" });
  expect(refused(await line.ask(south, { headers: { "x-api-key": "ada" } }))).toEqual([["contactCenter", "FORBIDDEN"]]);
  expect(line.sources().at(-1)).toBe("executed");
});

it.each([
  [
    "single conversations",
    '{ contactCenter(accountId: "south") { conversations(first: 1) { nodes { id } } } }',
    "contactCenter.conversations",
  ],
  ["what a router alone may ask", "{ _service { sdl } }", "_service"],
])("never gives one caller the answer of another that has more rights: %s", async (_, query, path) => {
  const keys = keysOf(key("ada", '"*"').replace(" }", ", conversations: true }"), key("bob", '"*"'));
  const settings = { ...environment, AUTH: "api-key", ROUTER_SECRET: "between us", TTL_INTERVALS_SECONDS: "3600" };
  const line = await served({ simulated, environment: settings, accounts, keys });
  const [ada, bob] = [{ "x-api-key": "ada", "x-router-secret": "between us" }, { "x-api-key": "bob" }];
  await hot(line, query, ada);
  expect(refused(await line.ask(query, { headers: bob }))).toEqual([[path, "FORBIDDEN"]]);
  expect(refused(await line.ask(query, { headers: ada }))).toEqual([]);
  expect(line.sources()).toEqual(["executed", "memo", "executed", "memo"]);
});

it("refuses a token from the moment at which it ends, while another's answer is kept", async () => {
  const secret = "a-secret-of-no-fewer-than-32-bytes";
  const begin = Date.parse("2026-03-11T15:00:00Z");
  const clock = { at: begin };
  const now = () => clock.at;
  const bearing = async (claims: JWTPayload, lifeSeconds: number) => {
    const token = new SignJWT({ accounts: ["south"], exp: begin / 1000 + lifeSeconds, ...claims }).setProtectedHeader({ alg: "HS256" });
    return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(secret))}` };
  };
  const [short, long] = [await bearing({ sub: "ada" }, 60), await bearing({ sub: "bob" }, 3_600)];
  const line = await served({
    simulated: { ...simulated, now },
    environment: { ...environment, AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "5" },
    accounts,
    clock: { now, monotonic: now },
  });
  await hot(line, south, short);
  clock.at = begin + 30_000;
  await line.ask(south, { headers: long });
  clock.at = begin + 64_999;
  expect(refused(await line.ask(south, { headers: short }))).toEqual([]);
  expect(line.sources().at(-1)).toBe("executed");
  expect(refused(await line.ask(south, { headers: short }))).toEqual([]);
  expect(line.sources().at(-1)).toBe("memo");
  clock.at = begin + 65_000;
  const answer = await line.ask(south, { headers: short });
  expect([answer.status, refused(answer)]).toEqual([401, [[undefined, "UNAUTHENTICATED"]]]);
  await line.ask(south, { headers: long });
  expect(line.sources().at(-1)).toBe("memo");
});

it("refuses a caller who has used up its share, while another's answer is kept", async () => {
  const keys = keysOf(key("ada", '"*"'), key("bob", '"*"'));
  const line = await served({ simulated, environment: { ...environment, AUTH: "api-key", CALLER_CALLS_PER_MINUTE: "1" }, accounts, keys });
  await hot(line, south, { "x-api-key": "ada" });
  const more = await line.ask('{ contactCenter(accountId: "north") { current { onlineAgents } } }', { headers: { "x-api-key": "ada" } });
  expect(refused(more)).toEqual([["contactCenter.current", "CALLER_BUDGET_EXHAUSTED"]]);
  const answer = await line.ask(south, { headers: { "x-api-key": "ada" } });
  expect([answer.status, refused(answer)]).toEqual([429, [[undefined, "CALLER_BUDGET_EXHAUSTED"]]]);
  await line.ask(south, { headers: { "x-api-key": "bob" } });
  expect(line.sources().at(-1)).toBe("memo");
});

it("refuses a document that is not trusted any more", async () => {
  const documents = (...texts: string[]) => JSON.stringify(Object.fromEntries(texts.map((text) => [digest(text), text])));
  const line = await served({
    simulated,
    environment: { ...environment, TRUSTED_DOCUMENTS: "enforce" },
    accounts,
    documents: documents(south, "{ __typename }"),
  });
  await hot(line, south, {});
  line.renew({ documents: documents("{ __typename }") });
  expect(refused(await line.ask(south))).toEqual([[undefined, "DOCUMENT_NOT_TRUSTED"]]);
  line.renew({ documents: documents(south) });
  await hot(line, south, {});
});

it("refuses a request without proof against CSRF", async () => {
  const line = await served({ simulated, environment, accounts });
  const url = `${line.url}/graphql?query=${encodeURIComponent(south)}`;
  const get = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
  expect(await get({ "apollo-require-preflight": "1" })).toBe(200);
  expect(await get({ "x-apollo-operation-name": "a" })).toBe(200);
  expect(line.sources()).toEqual(["executed", "memo"]);
  for (const headers of [{}, { "apollo-require-preflight": "" }, { "content-type": "text/plain" }]) expect(await get(headers)).toBe(400);
  expect(await get({ "content-type": "application/json" })).toBe(200);
});

it("asks the platform with the secret that the file names now", async () => {
  const tokens = { accounts: [{ id: "north", bearers: ["old"] }] };
  const one = (name: string) => (url: string) =>
    `accounts: [{ id: north, services: { csds: "${url}" }, credentials: { bearer: env:${name} } }]`;
  const line = await served({
    simulated: tokens,
    environment: { OLD: "old", NEW: "new", STALE_SECONDS: "0", TTL_CURRENT_SECONDS: "0" },
    accounts: one("NEW"),
  });
  const north = "{ contactCenter { current { onlineAgents } } }";
  expect(refused(await line.ask(north))).toEqual([["contactCenter.current", "UPSTREAM_UNAUTHORIZED"]]);
  line.renew({ accounts: one("OLD")(line.simulator.url) });
  expect(refused(await line.ask(north))).toEqual([]);
});
