import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { callsOf, refused, served } from "./served.js";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const keys = `
keys:
  - { name: ada, sha256: ${digest("ada")}, accounts: [demo] }
  - { name: bob, sha256: ${digest("bob")}, accounts: [demo] }`;
const own = (url: string) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { bearer: env:TOKEN } }]`;
const callers = (url: string) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { mode: caller } }]`;

const segments = (lastMinutes: number) =>
  `{ contactCenter { skillSegments(lastMinutes: ${lastMinutes}) { totalSkillConversationSegments } } }`;
const exhausted = ["contactCenter.skillSegments", "CALLER_BUDGET_EXHAUSTED"];

it("ends for one key while the other goes on; what is stored stays free until the key asks for more than its share", async () => {
  const environment = { AUTH: "api-key", CALLER_CALLS_PER_MINUTE: "2", TOKEN: "simulated-token" };
  const line = await served({ environment, accounts: own, keys });
  const ask = (key: string, lastMinutes: number) => line.ask(segments(lastMinutes), { headers: { "x-api-key": key } });
  expect(refused(await ask("ada", 10))).toEqual([]);
  expect(refused(await ask("ada", 20))).toEqual([]);
  expect(refused(await ask("ada", 20))).toEqual([]);
  const beyond = await ask("ada", 30);
  expect(refused(beyond)).toEqual([exhausted]);
  expect(beyond.errors[0]?.extensions).toEqual({
    code: "CALLER_BUDGET_EXHAUSTED",
    retryable: true,
    api: "SKILL_SEGMENTS",
    account: "demo",
    retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 60_000),
  });
  expect(callsOf(line)).toBe(2);

  expect(refused(await ask("bob", 30))).toEqual([]);
  expect(callsOf(line)).toBe(3);
  for (const lastMinutes of [20, 30]) {
    const refusal = await ask("ada", lastMinutes);
    expect(refused(refusal)).toEqual([[undefined, "CALLER_BUDGET_EXHAUSTED"]]);
    expect(refusal.status).toBe(429);
    expect(Number(refusal.headers.get("retry-after"))).toSatisfy((seconds: number) => seconds > 0 && seconds <= 60);
  }
  expect(refused(await ask("bob", 20))).toEqual([]);
});

it("counts for all together where nobody is asked who they are", async () => {
  const line = await served({ environment: { CALLER_CALLS_PER_MINUTE: "1", TOKEN: "simulated-token" }, accounts: own });
  expect(refused(await line.ask(segments(10), { headers: { authorization: "Bearer one" } }))).toEqual([]);
  expect(refused(await line.ask(segments(20), { headers: { authorization: "Bearer two" } }))).toEqual([exhausted]);
  // One of them locks nobody out of what is stored.
  expect(refused(await line.ask(segments(10), { headers: { authorization: "Bearer two" } }))).toEqual([]);
});

it("counts for each token where every account is read with the caller's own", async () => {
  const simulated = { accounts: [{ id: "demo", bearers: ["ada", "bob"] }] };
  const line = await served({ simulated, environment: { CALLER_CALLS_PER_MINUTE: "1" }, accounts: callers });
  const ask = (token: string, lastMinutes: number) => line.ask(segments(lastMinutes), { headers: { authorization: `Bearer ${token}` } });
  expect(refused(await ask("ada", 10))).toEqual([]);
  expect(refused(await ask("ada", 20))).toEqual([exhausted]);
  expect(refused(await ask("bob", 20))).toEqual([]);
});
