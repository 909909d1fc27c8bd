import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callsOf, refused, type Served, served } from "./served.js";

const accounts = (url: string) => `
accounts:
  - { id: mine, services: { csds: "${url}" }, credentials: { mode: caller } }
  - { id: ours, services: { csds: "${url}" }, credentials: { bearer: env:OURS } }`;
const simulated = {
  accounts: [
    { id: "mine", seed: 1, bearers: ["t0ken-ada", "t0ken-bob"] },
    { id: "ours", seed: 2, bearers: ["t0ken-ours"] },
  ],
};
const start = (more: Record<string, string> = {}, of = accounts): Promise<Served> =>
  served({ simulated, environment: { OURS: "t0ken-ours", ...more }, accounts: of });
const bearing = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

const figures = "skillSegments(lastMinutes: 1440) { totalSkillConversationSegments } current { onlineAgents }";
const query = `{ contactCenter(accountId: "mine") { ${figures} skills(first: 3) { nodes { id name } } } }`;

describe("an account that is read with the caller's own token", () => {
  it("is read with it, and shares answers and names with the same token alone", async () => {
    const line = await start();
    const ada = await line.ask(query, bearing("t0ken-ada"));
    expect(ada.errors).toEqual([]);
    const calls = callsOf(line);
    expect(calls).toBeGreaterThan(0);

    expect((await line.ask(query, bearing("t0ken-ada"))).data).toEqual(ada.data);
    expect(callsOf(line)).toBe(calls);

    const bob = await line.ask(query, bearing("t0ken-bob"));
    expect(bob.data).toEqual(ada.data);
    expect(callsOf(line)).toBe(2 * calls);
  });

  it("joins no call of another token that is under way", async () => {
    const line = await start();
    line.simulator.setLatency({ base: 150, jitter: 0 });
    const field = '{ contactCenter(accountId: "mine") { current { onlineAgents } } }';
    const tokens = ["t0ken-ada", "t0ken-bob", "t0ken-ada", "t0ken-bob"];
    const answers = await Promise.all(tokens.map((token) => line.ask(field, bearing(token))));
    expect(answers.flatMap(refused)).toEqual([]);
    expect(callsOf(line)).toBe(2);
  });

  it("shares nothing through a document that is executed again and again, with a router's references written in it", async () => {
    const line = await start();
    const listed = await line.ask('{ contactCenter(accountId: "mine") { skills(first: 2) { nodes { id } } } }', bearing("t0ken-ada"));
    const { nodes } = (listed.data as { contactCenter: { skills: { nodes: { id: string }[] } } }).contactCenter.skills;
    const written = nodes.map(({ id }) => `{ __typename: "Skill", accountId: "mine", id: "${id}" }`).join(" ");
    const document = `{ _entities(representations: [${written}]) { ... on Skill { id current { onlineAgents } } } }`;
    for (let turn = 0; turn < 4; turn++) {
      expect(refused(await line.ask(document, bearing("t0ken-ada")))).toEqual([]);
      const eve = await line.ask(document, bearing("t0ken-eve"));
      expect((eve.data as { _entities: { current: unknown }[] })._entities.map(({ current }) => current)).toEqual([null, null]);
      expect(refused(eve).map(([, code]) => code)).toEqual(["UPSTREAM_UNAUTHORIZED", "UPSTREAM_UNAUTHORIZED"]);
    }
    const before = callsOf(line);
    expect(refused(await line.ask(document, bearing("t0ken-bob")))).toEqual([]);
    expect(callsOf(line)).toBe(before + 1);
  });

  it("tells nothing of what another token has read to a token that the platform refuses, or to none", async () => {
    const line = await start();
    const listed = await line.ask('{ contactCenter(accountId: "mine") { skills { nodes { id name } } } }', bearing("t0ken-ada"));
    const { nodes } = (listed.data as { contactCenter: { skills: { nodes: { id: string; name: string | null }[] } } }).contactCenter.skills;
    const named = nodes.find(({ name }) => name !== null)!;
    const fields = `{ contactCenter(accountId: "mine") { current { onlineAgents } skill(id: "${named.id}") { name } agents { nodes { id } } } }`;
    expect((await line.ask(fields, bearing("t0ken-ada"))).data).toMatchObject({ contactCenter: { skill: { name: named.name } } });
    const paths = ["contactCenter.agents", "contactCenter.current", "contactCenter.skill.name"];

    const wrong = await line.ask(fields, bearing("t0ken-eve"));
    expect(wrong.data).toEqual({ contactCenter: { current: null, skill: { name: null }, agents: null } });
    expect(refused(wrong).sort()).toEqual(paths.map((path) => [path, "UPSTREAM_UNAUTHORIZED"]));

    const calls = callsOf(line);
    for (const headers of [{}, { authorization: "Basic dDBrZW4=" }, { authorization: "Bearer" }, { authorization: "Bearer a b" }]) {
      const without = await line.ask(fields, { headers: headers as Record<string, string> });
      expect(without.status).toBe(200);
      expect(without.data).toEqual(wrong.data);
      expect(refused(without).sort()).toEqual(paths.map((path) => [path, "UNAUTHENTICATED"]));
      expect(without.errors[0]?.extensions).toEqual({ code: "UNAUTHENTICATED", retryable: false, account: "mine" });
    }
    expect(callsOf(line)).toBe(calls);
  });

  it("gives a token that was taken away no older answer in place of the refusal", async () => {
    const line = await start({ TTL_CURRENT_SECONDS: "0", STALE_SECONDS: "300" });
    const field = '{ contactCenter(accountId: "mine") { current { onlineAgents } } }';
    expect((await line.ask(field, bearing("t0ken-ada"))).errors).toEqual([]);
    line.simulator.fault({ api: "key-metrics", kind: "status", status: 401, times: 1 });
    expect(refused(await line.ask(field, bearing("t0ken-ada")))).toEqual([["contactCenter.current", "UPSTREAM_UNAUTHORIZED"]]);
    line.simulator.fault({ api: "key-metrics", kind: "status", status: 500, times: 5 });
    expect((await line.ask(field, bearing("t0ken-ada"))).extensions.freshness).toMatchObject({ stale: true });
  });

  it("stands beside accounts with credentials of their own, whose answers all callers share", async () => {
    const line = await start();
    const field = `{ contactCenters { accountId ${figures} } }`;
    const ada = await line.ask(field, bearing("t0ken-ada"));
    expect(ada.errors).toEqual([]);
    const ofOurs = () => Object.values(line.simulator.counts().byAccount.ours ?? {}).reduce((sum, count) => sum + count, 0);
    const calls = ofOurs();
    expect(calls).toBeGreaterThan(0);
    await line.ask(field, bearing("t0ken-bob"));
    const nobody = await line.ask(field);
    expect(ofOurs()).toBe(calls);
    const [mine, ours] = nobody.data.contactCenters as unknown[];
    expect(mine).toEqual({ accountId: "mine", skillSegments: null, current: null });
    expect(ours).toEqual((ada.data.contactCenters as unknown[])[1]);
  });

  it("gives answers that no shared cache may keep", async () => {
    const line = await start();
    expect((await line.ask(query, bearing("t0ken-ada"))).headers.get("cache-control")).toMatch(/^private, max-age=[1-9]/);
    const ours = await line.ask('{ contactCenter(accountId: "ours") { current { onlineAgents } } }');
    expect(ours.headers.get("cache-control")).toMatch(/^public, max-age=[1-9]/);
    expect(ours.headers.get("vary")?.toLowerCase()).toMatch("authorization");
  });

  it("goes with API keys, each in its own header", async () => {
    const digest = createHash("sha256").update("k3y").digest("hex");
    const keys = `keys: [{ name: w, sha256: ${digest}, accounts: [mine] }]`;
    const line = await served({ simulated, environment: { OURS: "t0ken-ours", AUTH: "api-key" }, accounts, keys });
    const both = await line.ask(query, { headers: { "x-api-key": "k3y", authorization: "Bearer t0ken-ada" } });
    expect(both.errors).toEqual([]);
    expect((await line.ask(query, bearing("t0ken-ada"))).status).toBe(401);
    expect(refused(await line.ask(query, { headers: { "x-api-key": "k3y" } }))[0]?.[1]).toBe("UNAUTHENTICATED");
  });

  it("is ready without a token, and writes none to log or answers", async () => {
    const line = await start({ LOG_LEVEL: "trace" });
    await line.lookedUp;
    expect(await (await fetch(`${line.url}/readyz`)).json()).toMatchObject({
      ready: true,
      accounts: [{ id: "mine", services: { operations: "ok", keyMetrics: "ok", intervalMetrics: "ok" } }, { id: "ours" }],
    });
    const bodies = [];
    for (const token of ["t0ken-ada", "t0ken-eve"]) {
      const headers = { authorization: `Bearer ${token}`, "x-gateway-explain": "calls" };
      bodies.push((await line.ask(query, { headers })).body);
    }
    expect(bodies.join("")).toMatch('"upstream"');
    expect(bodies.join("") + line.log()).not.toMatch(/t0ken/);
  });
});
