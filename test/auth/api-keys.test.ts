import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callsOf, refused, type Served, served } from "./served.js";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const north = "k3y-of-north";
const both = "k3y-of-both";
const all = "k3y-of-all";
const none = "k3y-of-none";
const keys = `
keys:
  - { name: north, sha256: ${digest(north)}, accounts: [north, mars] }
  - { name: both, sha256: ${digest(both)}, accounts: [north, south], explain: true, conversations: true }
  - { name: all, sha256: ${digest(all)}, accounts: "*" }
  - { name: none, sha256: ${digest(none)}, accounts: [] }`;

const accounts = (url: string) => `
accounts:
  - { id: north, services: { csds: "${url}" }, credentials: { bearer: env:NORTH } }
  - { id: south, services: { csds: "${url}" }, credentials: { clientId: env:SOUTH_ID, clientSecret: env:SOUTH_SECRET } }
  - { id: west, services: { csds: "${url}" }, credentials: { bearer: env:WEST } }`;

const simulated = {
  accounts: [
    { id: "north", seed: 1, bearers: ["t0ken-north"] },
    { id: "south", seed: 2, bearers: ["t0ken-south"], clientId: "app", clientSecret: "s3cret-south" },
    { id: "west", seed: 3, bearers: ["t0ken-west"] },
  ],
};
const environment = { AUTH: "api-key", NORTH: "t0ken-north", SOUTH_ID: "app", SOUTH_SECRET: "s3cret-south", WEST: "t0ken-west" };
const start = (more: Record<string, string> = {}): Promise<Served> =>
  served({ simulated, environment: { ...environment, ...more }, accounts, keys });
const withKey = (key: string, more: Record<string, string> = {}) => ({ headers: { "x-api-key": key, ...more } });

// The mean tells two accounts apart for sure: at some minutes of the day their counts are equal.
const mean = "avgTimeToFirstAgentMessageFromAgentAssignment";
const figures = `accountId skillSegments(lastMinutes: 1440) { totalSkillConversationSegments ${mean} } current { onlineAgents }`;

describe("AUTH=api-key", () => {
  it.each([
    ["no key", {}],
    ["an unknown key", { "x-api-key": "k3y-of-nobody" }],
    ["an empty key", { "x-api-key": "" }],
    ["the digest of a key", { "x-api-key": digest(north) }],
    ["a key as a bearer", { authorization: `Bearer ${north}` }],
    ["two keys", { "x-api-key": `${north}, ${both}` }],
  ])("answers %s with 401, a GraphQL error and how to do better, and reads nothing", async (_, headers) => {
    const line = await start();
    const answer = await line.ask(`{ contactCenter(accountId: "north") { ${figures} } }`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('ApiKey realm="lp-metrics-gateway", header="x-api-key"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("vary")?.toLowerCase()).toMatch(/authorization.*x-api-key/);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [
        { message: "The header x-api-key must hold a key that is known.", extensions: { code: "UNAUTHENTICATED", retryable: false } },
      ],
    });
    expect(callsOf(line)).toBe(0);
  });

  it("needs a key before it reads the body, and for introspection too", async () => {
    const line = await start();
    const broken = await fetch(`${line.url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: "{" });
    expect(broken.status).toBe(401);
    expect((await line.ask("{ __schema { types { name } } }")).status).toBe(401);
    const get = await fetch(`${line.url}/graphql?query={__typename}`, { headers: { "apollo-require-preflight": "1" } });
    expect(get.status).toBe(401);
  });

  it("lists the accounts of the key that are configured, in the order of the file", async () => {
    const line = await start();
    const listed = async (key: string) => {
      const { data, errors } = await line.ask("{ contactCenters { accountId } }", withKey(key));
      expect(errors).toEqual([]);
      return (data.contactCenters as { accountId: string }[]).map(({ accountId }) => accountId);
    };
    expect(await listed(north)).toEqual(["north"]);
    expect(await listed(both)).toEqual(["north", "south"]);
    expect(await listed(all)).toEqual(["north", "south", "west"]);
    expect(await listed(none)).toEqual([]);
  });

  it("nulls only the account that may not be read, and an unknown one looks the same", async () => {
    const line = await start();
    const of = (id: string) =>
      `{ mine: contactCenter(accountId: "north") { ${figures} } other: contactCenter(accountId: "${id}") { ${figures} } }`;
    for (const id of ["south", "mars", "nowhere"]) {
      const { status, data, errors } = await line.ask(of(id), withKey(north));
      expect(status).toBe(200);
      expect(data).toMatchObject({ mine: { accountId: "north", current: { onlineAgents: expect.any(Number) } }, other: null });
      const message = `accountId "${id}" does not exist, or you may not read it.`;
      const extensions = { code: "FORBIDDEN", retryable: false };
      expect(errors).toEqual([{ message, path: ["other"], locations: expect.any(Array), extensions }]);
    }
    expect(callsOf(line, "south")).toBe(0);
  });

  it("means the only account that the key may read when none is named", async () => {
    const line = await start();
    expect((await line.ask("{ contactCenter { accountId } }", withKey(north))).data).toEqual({ contactCenter: { accountId: "north" } });
    expect(refused(await line.ask("{ contactCenter { accountId } }", withKey(both)))).toEqual([["contactCenter", "BAD_USER_INPUT"]]);
    expect(refused(await line.ask("{ contactCenter { accountId } }", withKey(none)))).toEqual([["contactCenter", "FORBIDDEN"]]);
  });

  it("shares answers between keys that may read the same account, and nothing across accounts with the same ids", async () => {
    const line = await start();
    const query = `{ contactCenters { ${figures} skill(id: "1") { name } } }`;
    const mine = await line.ask(query, withKey(north));
    const calls = callsOf(line);
    const theirs = await line.ask(query, withKey(both));
    expect(theirs.errors).toEqual([]);
    const [first, second] = theirs.data.contactCenters as Record<string, unknown>[];
    expect([first]).toEqual(mine.data.contactCenters);
    expect({ ...second, accountId: "north" }).not.toEqual(first);
    expect(callsOf(line)).toBe(2 * calls);
    expect(callsOf(line, "west")).toBe(0);
  });

  it("lets no shared cache keep an answer", async () => {
    const { headers } = await (await start()).ask(`{ contactCenter { ${figures} } }`, withKey(north));
    expect(headers.get("cache-control")).toMatch(/^private, max-age=[1-9]/);
  });

  it("tells nobody unasked which accounts there are", async () => {
    const line = await start();
    await line.lookedUp;
    const ready = await fetch(`${line.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ ready: true });
  });

  it("writes neither keys nor the platform's credentials to log or answers, whatever goes wrong", async () => {
    const line = await start({ LOG_LEVEL: "trace", WEST: "t0ken-wrong", SOUTH_SECRET: "s3cret-wrong" });
    line.simulator.fault({ api: "key-metrics", kind: "status", status: 500, times: 1 });
    const bodies = [];
    for (const key of [north, both, all, none, "k3y-of-nobody"]) {
      const explaining = await line.ask(
        `{ contactCenters { ${figures} } }`,
        withKey(key, { "x-gateway-explain": "calls", authorization: "Bearer t0ken-mine" }),
      );
      const plain = await line.ask(`{ contactCenters { ${figures} } }`, withKey(key, { authorization: "Bearer t0ken-mine" }));
      bodies.push(explaining.body, plain.body);
    }
    expect(bodies.join("")).toMatch("UPSTREAM_UNAUTHORIZED");
    expect(line.log()).toMatch("Request refused");
    expect(bodies.join("") + line.log()).not.toMatch(/k3y-of|t0ken|s3cret|[0-9a-f]{64}/);
  });
});
