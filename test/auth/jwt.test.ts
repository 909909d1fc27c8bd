import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { configFrom, type Environment } from "../../src/config.js";
import { Authentication } from "../../src/server/auth.js";
import { AuthRefusal } from "../../src/server/auth-refusal.js";
import type { Caller } from "../../src/server/gateway-port.js";

const now = Date.parse("2026-03-11T15:00:00Z");
const seconds = now / 1000;
const secret = "a-secret-of-no-fewer-than-32-bytes";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();
const hmac = new TextEncoder().encode(secret);

interface Signing {
  alg?: string;
  key?: KeyObject | Uint8Array;
  kid?: string;
  exp?: number;
}

const signed = (claims: JWTPayload, { alg = "HS256", key = hmac, kid, exp = seconds + 60 }: Signing = {}) =>
  new SignJWT({ sub: "ada", accounts: ["demo"], exp, ...claims }).setProtectedHeader({ alg, ...(kid && { kid }) }).sign(key);

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Who asks with this token, or why nobody does. */
async function asked(environment: Environment, token: string): Promise<Caller | string> {
  const config = configFrom({ AUTH: "jwt", ...environment });
  const warnings: string[] = [];
  const { callerOf } = new Authentication(config, { now: () => now, warn: (message) => warnings.push(message) });
  try {
    return await callerOf({ authorization: `Bearer ${token}` });
  } catch (error) {
    if (!(error instanceof AuthRefusal)) throw error;
    expect([error.code, error.challenge]).toEqual(["UNAUTHENTICATED", 'Bearer realm="lp-metrics-gateway", error="invalid_token"']);
    expect(warnings).toEqual([]);
    return error.reason;
  }
}

const bySecret = { JWT_SECRET: secret };
const byKey = { JWT_PUBLIC_KEY: pem(rsa.publicKey) };

describe("a token", () => {
  it("says who its bearer is, and which accounts and rights they have", async () => {
    expect(await asked(bySecret, await signed({ explain: true, conversations: true, accounts: ["a", "b"] }))).toEqual({
      id: "ada",
      accounts: ["a", "b"],
      explain: true,
      conversations: true,
      metrics: false,
      router: true,
    });
    expect(await asked(bySecret, await signed({ accounts: "*" }))).toMatchObject({ accounts: "*", explain: false, conversations: false });
  });

  it("may say so under other names", async () => {
    const names = {
      JWT_ACCOUNTS_CLAIM: "https://example.org/sites",
      JWT_EXPLAIN_CLAIM: "may_explain",
      JWT_CONVERSATIONS_CLAIM: "may_read",
    };
    const token = await signed({ "https://example.org/sites": ["x"], may_explain: true, may_read: true });
    expect(await asked({ ...bySecret, ...names }, token)).toMatchObject({ accounts: ["x"], explain: true, conversations: true });
    expect(await asked({ ...bySecret, ...names }, await signed({ explain: true, conversations: true }))).toMatchObject({
      accounts: [],
      explain: false,
      conversations: false,
    });
  });

  it.each([
    [{ accounts: "demo" }],
    [{ accounts: { 0: "demo" } }],
    [{ accounts: true }],
    [{ accounts: [["demo"], 7, null] }],
    [{ accounts: null }],
  ])("gives no account by the claim %j, which is no list of ids and no *", async (claims) => {
    expect(await asked(bySecret, await signed(claims as JWTPayload))).toMatchObject({ accounts: [] });
  });

  it.each(["true", 1, {}, ["true"]])("gives no right by a claim that is %j and not true", async (claim) => {
    expect(await asked(bySecret, await signed({ explain: claim, conversations: claim }))).toMatchObject({
      explain: false,
      conversations: false,
    });
  });

  it("ends, and begins, within the skew of clocks that is allowed", async () => {
    const skew = { ...bySecret, JWT_CLOCK_SKEW_SECONDS: "10" };
    expect(await asked(skew, await signed({}, { exp: seconds - 9 }))).toMatchObject({ id: "ada" });
    expect(await asked(skew, await signed({}, { exp: seconds - 11 }))).toBe("ERR_JWT_EXPIRED");
    expect(await asked(skew, await signed({ nbf: seconds + 9 }))).toMatchObject({ id: "ada" });
    expect(await asked(skew, await signed({ nbf: seconds + 11 }))).toBe("ERR_JWT_CLAIM_VALIDATION_FAILED");
  });

  it("is of the issuer and for the audience that are set", async () => {
    const expected = { ...bySecret, JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "metrics" };
    const right = { iss: "https://issuer.example", aud: ["other", "metrics"] };
    expect(await asked(expected, await signed(right))).toMatchObject({ id: "ada" });
    for (const wrong of [{ ...right, iss: "https://else.example" }, { ...right, aud: "other" }, { iss: right.iss }, { aud: right.aud }]) {
      expect(await asked(expected, await signed(wrong))).toBe("ERR_JWT_CLAIM_VALIDATION_FAILED");
    }
  });

  it("without a subject stands for itself", async () => {
    const { sub: _, ...claims } = { sub: "", accounts: ["demo"], exp: seconds + 60 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(hmac);
    expect(await asked(bySecret, token)).toMatchObject({ id: expect.stringMatching(/^[\w-]{43}$/) });
  });
});

describe("a signature", () => {
  const claims = part({ sub: "eve", accounts: "*", exp: seconds + 60 });

  it.each([
    ["RS256", rsa, byKey],
    ["PS512", rsa, byKey],
    ["ES256", ec, { JWT_PUBLIC_KEY: pem(ec.publicKey) }],
  ])("%s is checked with the public key", async (alg, { privateKey }, environment) => {
    expect(await asked(environment, await signed({}, { alg, key: privateKey }))).toMatchObject({ id: "ada" });
  });

  it("by another key is none", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    expect(await asked(byKey, await signed({}, { alg: "RS256", key: other.privateKey }))).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
    const guess = new TextEncoder().encode("another-secret-of-more-than-32-bytes");
    expect(await asked(bySecret, await signed({}, { key: guess }))).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  });

  it("over other claims is none", async () => {
    const [header, , signature] = (await signed({})).split(".");
    expect(await asked(bySecret, `${header}.${claims}.${signature}`)).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  });

  it.each(["none", "None", ""])("of the algorithm %j is none, by whatever keys", async (alg) => {
    for (const environment of [bySecret, byKey]) {
      expect(await asked(environment, `${part({ alg })}.${claims}.`)).toMatch(/^ERR_J/);
    }
  });

  it("made with the public key as a secret is none", async () => {
    const input = `${part({ alg: "HS256" })}.${claims}`;
    for (const text of [byKey.JWT_PUBLIC_KEY, byKey.JWT_PUBLIC_KEY.trim()]) {
      const forged = `${input}.${createHmac("sha256", text).update(input).digest("base64url")}`;
      expect(await asked(byKey, forged)).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
    }
  });

  it("of an algorithm that the kind of key does not allow is none", async () => {
    expect(await asked(bySecret, await signed({}, { alg: "HS512" }))).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
    expect(await asked(bySecret, await signed({}, { alg: "RS256", key: rsa.privateKey }))).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
    expect(await asked(byKey, await signed({}, { alg: "ES256", key: ec.privateKey }))).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
  });

  it("with a key that the token itself brings is none", async () => {
    const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const header = { alg: "RS256", jwk: await exportJWK(own.publicKey), jku: "https://eve.example/keys" };
    const token = await new SignJWT({ accounts: "*", exp: seconds + 60 }).setProtectedHeader(header).sign(own.privateKey);
    expect(await asked(byKey, token)).toBe("ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  });

  it.each(["a", "a.b", "a.b.c", "....", "e30.e30.e30"])("in what is no token (%s) is none", async (token) => {
    expect(await asked(bySecret, token)).toMatch(/^ERR_J/);
  });
});

describe("JWT_JWKS_URL", () => {
  /** An issuer that publishes these keys; the list may change. */
  async function issuer(keys: object[]): Promise<string> {
    const server = createServer((_, response) => response.end(JSON.stringify({ keys }))).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?v=1`;
  }
  const published = async (key: KeyObject, kid: string, alg: string) => ({ ...(await exportJWK(key)), kid, alg, use: "sig" });

  it("gives the keys by their ids", async () => {
    const url = await issuer([await published(rsa.publicKey, "r", "RS256"), await published(ec.publicKey, "e", "ES256")]);
    const environment = { JWT_JWKS_URL: url };
    expect(await asked(environment, await signed({}, { alg: "RS256", key: rsa.privateKey, kid: "r" }))).toMatchObject({ id: "ada" });
    expect(await asked(environment, await signed({}, { alg: "ES256", key: ec.privateKey, kid: "e" }))).toMatchObject({ id: "ada" });
    expect(await asked(environment, await signed({}, { alg: "ES256", key: ec.privateKey, kid: "x" }))).toBe("ERR_JWKS_NO_MATCHING_KEY");
    expect(await asked(environment, await signed({}, { alg: "HS256" }))).toBe("ERR_JOSE_ALG_NOT_ALLOWED");
  });

  it("that cannot be read is no fault of the caller's: 503, and a line in the log", async () => {
    const config = configFrom({ AUTH: "jwt", JWT_JWKS_URL: "http://127.0.0.1:9/keys" });
    const warnings: string[] = [];
    const { callerOf } = new Authentication(config, { now: () => now, warn: (message) => warnings.push(message) });
    const token = await signed({}, { alg: "RS256", key: rsa.privateKey, kid: "r" });
    const failure = callerOf({ authorization: `Bearer ${token}` });
    await expect(failure).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE", message: expect.not.stringMatching("127") });
    expect(warnings).toEqual(["Tokens cannot be checked"]);
  });
});
