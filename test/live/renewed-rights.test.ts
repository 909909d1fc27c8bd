import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { keys } from "./keys.js";
import { type LiveLine, liveLine, watch } from "./live-line.js";
import { acknowledged } from "./raw-socket.js";

const of = (account: string) => `subscription { contactCenter(accountId: "${account}") { accountId current { asOf } } }`;
const query = "subscription { contactCenter { current { asOf } } }";
const twoAccounts = {
  accounts: [
    { id: "north", seed: 1 },
    { id: "south", seed: 2 },
  ],
};

/** API_KEYS_FILE was read again, and this key reads other accounts from now on. */
function renewKey(line: LiveLine, named: string, accounts: readonly string[] | "*"): void {
  const { auth } = line.config;
  if (auth.kind !== "api-key") throw new Error("Keys are expected.");
  const changed = auth.keys.map((key) => (key.name === named ? { ...key, accounts } : key));
  line.app.renew({ ...line.config, auth: { ...auth, keys: changed } });
}

describe("an account that is taken from a key while it is watched", () => {
  const start = async () => {
    const line = await liveLine({
      simulated: twoAccounts,
      environment: { AUTH: "api-key" },
      keys: keys({ ada: "[north, south]", ben: "[north, south]" }),
    });
    const raw = await acknowledged(line.socketUrl, { "x-api-key": "ada" });
    raw.send({ id: "north", type: "subscribe", payload: { query: of("north") } });
    raw.send({ id: "south", type: "subscribe", payload: { query: of("south") } });
    await raw.message(3);
    return { line, raw };
  };

  test("closes its socket before the next state, and those who share the state go on", async () => {
    const { line, raw } = await start();
    const ben = watch(line.client({ connectionParams: { "x-api-key": "ben" } }), of("south"));
    await ben.payload(1);
    expect(line.app.live.boards).toBe(2);
    renewKey(line, "ada", ["north"]);
    await line.pass(10_000);
    expect(await raw.closed).toEqual({ code: 4403, reason: "Forbidden: Your rights have changed." });
    await ben.payload(2);
    expect(raw.received).toHaveLength(3);
  });

  test("is not seen by a new subscription of the same socket either", async () => {
    const { line, raw } = await start();
    renewKey(line, "ada", ["north"]);
    raw.send({ id: "again", type: "subscribe", payload: { query: of("south") } });
    expect((await raw.closed).code).toBe(4403);
    expect(raw.received.filter(({ id, type }) => id === "again" && type === "next")).toEqual([]);
  });
});

test("a token that has expired begins no subscription on a socket that was opened before, though somebody else watches the same", async () => {
  const secret = "a-secret-of-no-fewer-than-32-bytes";
  const line = await liveLine({
    environment: { AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "0" },
  });
  const bearer = async (validMs: number) =>
    `Bearer ${await new SignJWT({ sub: "ada", accounts: ["demo"], exp: Math.floor((line.time.now() + validMs) / 1000) })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode(secret))}`;
  const raw = await acknowledged(line.socketUrl, { authorization: await bearer(15_000) });
  const lasting = watch(line.client({ connectionParams: { authorization: await bearer(3_600_000) } }), query);
  await lasting.payload(1);
  await line.pass(16_000);
  raw.send({ id: "1", type: "subscribe", payload: { query } });
  expect((await raw.closed).code).toBe(4403);
  expect(raw.received).toHaveLength(1);
});
