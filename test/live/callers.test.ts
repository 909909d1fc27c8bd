import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { keys } from "./keys.js";
import { liveLine, until, watch } from "./live-line.js";
import { acknowledged } from "./raw-socket.js";

const secret = "a-secret-of-no-fewer-than-32-bytes";
const environment = { AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "0" };
const query = "subscription { contactCenter { current { asOf } } }";

const bearer = async (endsAt: number, claims = {}) =>
  `Bearer ${await new SignJWT({ sub: "ada", accounts: ["demo"], exp: Math.floor(endsAt / 1000), ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret))}`;

test("a token that expires closes its socket with 4403 before the next state, and those of others go on", async () => {
  const line = await liveLine({ environment });
  const raw = await acknowledged(line.socketUrl, { authorization: await bearer(line.time.now() + 15_000) });
  raw.send({ id: "1", type: "subscribe", payload: { query } });
  const lasting = watch(line.client({ connectionParams: { authorization: await bearer(line.time.now() + 3_600_000) } }), query);
  await raw.message(2);
  await lasting.payload(1);
  expect(line.app.live.boards).toBe(1);
  await line.pass(10_000);
  await raw.message(3);
  await lasting.payload(2);
  await line.pass(10_000);
  expect(await raw.closed).toEqual({ code: 4403, reason: "Forbidden: The header Authorization must hold a bearer token that is valid." });
  await lasting.payload(3);
  expect(raw.received).toHaveLength(3);
  await until(() => line.app.live.sockets === 1);
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 1, boards: 1 });
});

test("a token that expires closes its socket at the next heartbeat where no state is due", async () => {
  const line = await liveLine({ environment: { ...environment, SOCKET_HEARTBEAT_SECONDS: "20" } });
  const raw = await acknowledged(line.socketUrl, { authorization: await bearer(line.time.now() + 15_000) });
  await line.pass(20_000);
  expect((await raw.closed).code).toBe(4403);
});

test("those who share a board bear its calls in turn, and it goes on while one of them can", async () => {
  const line = await liveLine({
    environment: { AUTH: "api-key", CALLER_CALLS_PER_MINUTE: "4", TTL_CURRENT_SECONDS: "5" },
    keys: keys({ ada: '"*"', ben: '"*"' }),
  });
  const fast = "subscription { contactCenter(everySeconds: 5) { current { asOf stale } } }";
  const [ada, ben] = ["ada", "ben"].map((key) => watch(line.client({ connectionParams: { "x-api-key": key } }), fast));
  await Promise.all([ada!.payload(1), ben!.payload(1)]);
  await line.run(35);
  await until(() => ben!.payloads.length === 8);
  expect(line.calls()).toBe(8);
  // Both have caused their share now.
  await line.run(5);
  await until(() => ada!.payloads.length === 9);
  expect(line.calls()).toBe(8);
  expect(ada!.payloads[8]?.extensions?.freshness).toMatchObject({ stale: true, failures: [{ code: "CALLER_BUDGET_EXHAUSTED" }] });
});

test("where an account is read with the caller's own token, callers with different tokens share nothing", async () => {
  const line = await liveLine({
    simulated: { accounts: [{ id: "demo", bearers: ["token-of-ada", "token-of-ben"] }] },
    callersOwn: true,
  });
  const of = (token: string) => watch(line.client({ connectionParams: { authorization: `Bearer ${token}` } }), query);
  const watchers = [of("token-of-ada"), of("token-of-ada"), of("token-of-ben")];
  await Promise.all(watchers.map((watcher) => watcher.payload(1)));
  expect(line.app.live.boards).toBe(2);
  expect(line.calls()).toBe(2);
  expect(JSON.stringify(line.log)).not.toMatch(/token-of/);
});

test("without the token that an account needs the state has the error, and nobody is asked", async () => {
  const line = await liveLine({ callersOwn: true });
  const watcher = watch(line.client(), query);
  expect((await watcher.payload(1)).errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
  expect(line.calls()).toBe(0);
});

test("a key that is taken out of the file ends what was watched with it, and nothing else", async () => {
  const line = await liveLine({ environment: { AUTH: "api-key" }, keys: keys({ ada: '"*"', ben: '"*"' }) });
  const ada = await acknowledged(line.socketUrl, { "x-api-key": "ada" });
  ada.send({ id: "1", type: "subscribe", payload: { query } });
  const ben = watch(line.client({ connectionParams: { "x-api-key": "ben" } }), query);
  await Promise.all([ada.message(2), ben.payload(1)]);
  const { auth } = line.config;
  if (auth.kind !== "api-key") throw new Error("Keys are expected.");
  line.app.renew({ ...line.config, auth: { ...auth, keys: auth.keys.filter(({ name }) => name !== "ada") } });
  await line.pass(10_000);
  expect((await ada.closed).code).toBe(4403);
  await ben.payload(2);
  expect(ada.received).toHaveLength(2);
});

test("a document that is no longer trusted ends its subscriptions; the socket stays", async () => {
  const line = await liveLine({
    environment: { TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "documents.json" },
    files: JSON.stringify({ h4sh: query }),
  });
  const watcher = watch(line.client(), query);
  await watcher.payload(1);
  line.app.renew({ ...line.config, trustedDocuments: { mode: "enforce", byHash: {} } });
  await line.pass(10_000);
  expect(await watcher.ended).toMatchObject([{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }]);
  expect(line.app.live).toEqual({ sockets: 1, subscriptions: 0, boards: 0 });
});
