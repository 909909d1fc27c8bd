import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { configFrom } from "../../src/config.js";
import { Authentication } from "../../src/server/auth.js";
import { AuthRefusal } from "../../src/server/auth-refusal.js";

const begin = Date.parse("2026-03-11T15:00:00Z");
const secret = "a-secret-of-no-fewer-than-32-bytes";
const hmac = new TextEncoder().encode(secret);
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const failOnWarning = (message: string) => expect.fail(message);

const refusedFor = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: unknown) => (error instanceof AuthRefusal ? error.reason : error),
  );

describe("a caller who was proven", () => {
  const byToken = (claims: object, exp?: number) => {
    const token = new SignJWT({ sub: "ada", accounts: ["demo"], ...claims }).setProtectedHeader({ alg: "HS256" });
    return (exp === undefined ? token : token.setExpirationTime(exp)).sign(hmac);
  };
  const starting = () => {
    const time = { at: begin };
    const config = configFrom({ AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "5", ROUTER_SECRET: "between us" });
    return { time, authentication: new Authentication(config, { now: () => time.at, warn: failOnWarning }) };
  };

  it("is the same object again, while the credentials hold", async () => {
    const { time, authentication } = starting();
    const presented = bearing(await byToken({}, begin / 1000 + 60));
    const first = await authentication.callerOf(presented);
    time.at += 64_999;
    expect(await authentication.callerOf({ ...presented, accept: "text/html" })).toBe(first);
    time.at += 1;
    expect(await refusedFor(authentication.callerOf(presented))).toBe("ERR_JWT_EXPIRED");
  });

  it("is another one with any other credential", async () => {
    const { authentication } = starting();
    const token = await byToken({});
    const plain = await authentication.callerOf(bearing(token));
    const router = await authentication.callerOf({ ...bearing(token), "x-router-secret": "between us" });
    expect([plain.router, router.router]).toEqual([false, true]);
    expect((await authentication.callerOf({ ...bearing(token), "x-router-secret": "guessed" })).router).toBe(false);
    expect(await refusedFor(authentication.callerOf(bearing(`${token}x`)))).toMatch("ERR_JWS");
    expect(await refusedFor(authentication.callerOf({ "x-api-key": `Bearer ${token}` }))).toBe("missing");
  });

  it("is proven again after the clock was set back, because the token may not be valid yet", async () => {
    const { time, authentication } = starting();
    const presented = bearing(await byToken({ nbf: begin / 1000 }));
    await authentication.callerOf(presented);
    time.at -= 3_600_000;
    expect(await refusedFor(authentication.callerOf(presented))).toBe("ERR_JWT_CLAIM_VALIDATION_FAILED");
  });

  it("is unknown once the keys are others", async () => {
    const digest = (key: string) => createHash("sha256").update(key).digest("hex");
    const read = (...names: string[]) => {
      const keys = names.map((name) => `{ name: ${name}, sha256: ${digest(name)}, accounts: "*" }`);
      return configFrom({ AUTH: "api-key", API_KEYS_FILE: "k" }, undefined, () => `keys: [${keys}]`);
    };
    const authentication = new Authentication(read("ada", "bob"), { now: () => begin, warn: failOnWarning });
    const [ada, bob] = [{ "x-api-key": "ada" }, { "x-api-key": "bob" }];
    expect((await authentication.callerOf(ada)).id).toBe("ada");
    expect((await authentication.callerOf(bob)).id).toBe("bob");
    authentication.renew(read("bob").auth);
    expect(await refusedFor(authentication.callerOf(ada))).toBe("unknown");
    expect((await authentication.callerOf(bob)).id).toBe("bob");
  });
});

describe("a caller who was proven by a key set", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: begin }));
  afterEach(() => void vi.useRealTimers());

  const pairs = { old: generateKeyPairSync("ec", { namedCurve: "P-256" }), new: generateKeyPairSync("ec", { namedCurve: "P-256" }) };
  const published = async (key: KeyObject, kid: string) => ({ ...(await exportJWK(key)), kid, alg: "ES256", use: "sig" });
  const signed = (kid: "old" | "new") =>
    new SignJWT({ sub: kid, accounts: "*" }).setProtectedHeader({ alg: "ES256", kid }).sign(pairs[kid].privateKey);

  async function starting() {
    const issuer = { keys: [await published(pairs.old.publicKey, "old")], reads: 0 };
    const server = createServer((_, response) => {
      issuer.reads += 1;
      response.end(JSON.stringify({ keys: issuer.keys }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const config = configFrom({ AUTH: "jwt", JWT_JWKS_URL: url });
    return { issuer, authentication: new Authentication(config, { now: () => Date.now(), warn: failOnWarning }) };
  }

  it("is proven again when another token has the key set read again, and refused when its key is gone", async () => {
    const { issuer, authentication } = await starting();
    const [before, after] = [bearing(await signed("old")), bearing(await signed("new"))];
    for (let time = 0; time < 3; time++) expect((await authentication.callerOf(before)).id).toBe("old");
    issuer.keys = [await published(pairs.new.publicKey, "new")];
    expect((await authentication.callerOf(before)).id).toBe("old");
    // jose reads a set no more often than every 30 s for keys that it does not know.
    vi.setSystemTime(begin + 31_000);
    expect((await authentication.callerOf(after)).id).toBe("new");
    expect(await refusedFor(authentication.callerOf(before))).toBe("ERR_JWKS_NO_MATCHING_KEY");
    expect(issuer.reads).toBe(2);
  });

  it("is proven again when the key set is due to be read again", async () => {
    const { issuer, authentication } = await starting();
    const before = bearing(await signed("old"));
    for (let time = 0; time < 3; time++) await authentication.callerOf(before);
    issuer.keys = [await published(pairs.new.publicKey, "new")];
    vi.setSystemTime(begin + 600_001);
    expect(await refusedFor(authentication.callerOf(before))).toBe("ERR_JWKS_NO_MATCHING_KEY");
  });

  it("is checked once while the key set stays the same", async () => {
    const { authentication } = await starting();
    const presented = bearing(await signed("old"));
    const callers = [];
    for (let time = 0; time < 4; time++) callers.push(await authentication.callerOf(presented));
    // The first check came before the key set was there.
    expect(new Set(callers.slice(1)).size).toBe(1);
  });
});
