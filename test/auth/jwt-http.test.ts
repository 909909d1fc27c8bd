import { type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { callsOf, refused, served } from "./served.js";

const secret = "a-secret-of-no-fewer-than-32-bytes";

describe("AUTH=jwt over HTTP", () => {
  const simulated = {
    accounts: [
      { id: "north", seed: 1, bearers: ["t0ken-north"] },
      { id: "south", seed: 2, bearers: ["t0ken-south"] },
    ],
  };
  const accounts = (url: string) => `
accounts:
  - { id: north, services: { csds: "${url}" }, credentials: { bearer: env:NORTH } }
  - { id: south, services: { csds: "${url}" }, credentials: { bearer: env:SOUTH } }`;
  const environment = { AUTH: "jwt", JWT_SECRET: secret, NORTH: "t0ken-north", SOUTH: "t0ken-south" };
  const later = Math.floor(Date.now() / 1000) + 600;
  const bearing = async (claims: JWTPayload, exp = later) => {
    const token = new SignJWT({ sub: "ada", accounts: ["north"], exp, ...claims }).setProtectedHeader({ alg: "HS256" });
    return { headers: { authorization: `Bearer ${await token.sign(new TextEncoder().encode(secret))}` } };
  };
  const query = '{ contactCenters { accountId current { onlineAgents } } other: contactCenter(accountId: "south") { accountId } }';

  it("reads the accounts of the token alone, and keeps the token from log and platform", async () => {
    const line = await served({ simulated, environment: { ...environment, LOG_LEVEL: "trace" }, accounts });
    const mine = await bearing({ accounts: ["north"] });
    const answer = await line.ask(query, mine);
    expect(answer.data).toEqual({ contactCenters: [{ accountId: "north", current: { onlineAgents: expect.any(Number) } }], other: null });
    expect(refused(answer)).toEqual([["other", "FORBIDDEN"]]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(line.log()).toMatch('"caller":"ada"');
    const token = mine.headers.authorization.slice("Bearer ".length);
    for (const piece of [...token.split("."), secret, "t0ken"]) expect(answer.body + line.log()).not.toContain(piece);
  });

  it.each([
    ["no token", async () => ({ headers: {} as Record<string, string> }), 'Bearer realm="lp-metrics-gateway"'],
    ["another scheme", async () => ({ headers: { authorization: "Basic YTpi" } }), 'Bearer realm="lp-metrics-gateway"'],
    ["an expired token", () => bearing({}, later - 3_600), 'Bearer realm="lp-metrics-gateway", error="invalid_token"'],
  ])("answers %s with 401, a GraphQL error and what is needed", async (_, presented, challenge) => {
    const line = await served({ simulated, environment, accounts });
    const answer = await line.ask(query, await presented());
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, challenge]);
    expect(refused(answer)).toEqual([[undefined, "UNAUTHENTICATED"]]);
    expect(answer.body).not.toMatch(/ERR_|expired/i);
    expect(callsOf(line)).toBe(0);
  });

  it("gives explain by its claim", async () => {
    const line = await served({ simulated, environment, accounts });
    const ask = async (claims: JWTPayload) => {
      const { headers } = await bearing(claims);
      return line.ask("{ contactCenters { accountId } }", { headers: { ...headers, "x-gateway-explain": "plan" } });
    };
    expect((await ask({ explain: true })).extensions.upstream).toBeDefined();
    expect((await ask({})).status).toBe(403);
  });
});
