import { expect, test } from "vitest";
import { pathPrefix } from "../../src/simulator/wire/domains.js";
import { bearer, type Live, live, paths } from "./live.js";

const two = {
  accounts: [
    { id: "demo", seed: 1 },
    { id: "other", seed: 2 },
  ],
};
const other = (path: string): string => path.replace("/demo/", "/other/");
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

const form = (fields: Record<string, string>) => ({ method: "POST", body: new URLSearchParams(fields) });
const askToken = ({ simulator }: Live, fields: Record<string, string>): Promise<Response> =>
  fetch(`${simulator.url}/sentinel/api/v2/account/demo/app/token`, form({ grant_type: "client_credentials", ...fields }));
const credentials = { client_id: "client-demo", client_secret: "secret-demo" };

test.each([
  ["agent segments", paths.agents("timeframe=60")],
  ["skill segments", paths.skills("timeframe=60")],
  ["interval metrics", paths.intervals("metrics=handleTime")],
])("401 from %s without a token, with a wrong one, and with another scheme", async (_, path) => {
  const { get } = await live();
  for (const headers of [{}, bearing("wrong"), { authorization: "OAuth simulated-token" }])
    expect((await get(path, headers)).status).toBe(401);
});

test("401 from key metrics without a token", async () => {
  const { post } = await live();
  expect((await post(paths.key(), {}, { authorization: "" })).status).toBe(401);
});

test("a token opens its own account alone", async () => {
  const { get } = await live(two);
  const path = paths.skills("timeframe=60");
  expect((await get(path)).status).toBe(200);
  expect((await get(other(path))).status).toBe(403);
  expect((await get(other(path), bearing("simulated-token-other"))).status).toBe(200);
  expect((await get(path.replace("/demo/", "/nobody/"))).status).toBe(403);
});

test("two accounts have the same ids and different figures", async () => {
  const { get } = await live(two);
  const path = paths.skills("timeframe=1440");
  const [one, second] = await Promise.all(
    [get(path), get(other(path), bearing("simulated-token-other"))].map(async (answer) => (await answer).json()),
  );
  const ids = (answer: unknown) => Object.keys((answer as { skillsMetrics: object }).skillsMetrics).sort();
  expect(ids(one)).toEqual(ids(second));
  expect(one).not.toEqual(second);
});

test("client credentials buy a token that opens the account until it expires; its life is told as text", async () => {
  const world = await live();
  const answer = (await (await askToken(world, credentials)).json()) as { access_token: string; expires_in: string };
  expect(answer.expires_in).toBe("3600");
  const path = paths.skills("timeframe=60");
  expect((await world.get(path, bearing(answer.access_token))).status).toBe(200);
  world.clock.now += 3_600_000;
  expect((await world.get(path, bearing(answer.access_token))).status).toBe(401);
});

test("issued tokens can be revoked at once", async () => {
  const world = await live();
  const { access_token } = (await (await askToken(world, credentials)).json()) as { access_token: string };
  world.simulator.revokeTokens();
  expect((await world.get(paths.skills("timeframe=60"), bearing(access_token))).status).toBe(401);
});

test("wrong credentials are 401, another grant is 400", async () => {
  const world = await live();
  expect((await askToken(world, { ...credentials, client_secret: "x" })).status).toBe(401);
  expect((await askToken(world, { ...credentials, grant_type: "password" })).status).toBe(400);
});

test("the domain look-up needs no token and leads back to the simulator, one service or all", async () => {
  const { get, simulator } = await live();
  const base = "/api/account/demo/service";
  expect(await (await get(`${base}/leDataReporting/baseURI.json?version=1.0`, {})).json()).toEqual({
    service: "leDataReporting",
    account: "demo",
    baseURI: simulator.url.replace("http://", ""),
  });
  const { baseURIs } = (await (await get(`${base}/baseURI.json?version=1.0`, {})).json()) as { baseURIs: { service: string }[] };
  const needed = ["leDataReporting", "agentManagerWorkspace", "agentActivityDomain", "sentinel"];
  expect(baseURIs.map(({ service }) => service)).toEqual(expect.arrayContaining(needed));
  expect((await get(`${base}/unknownService/baseURI.json?version=1.0`, {})).status).toBe(404);
});

test("a base URI may have a scheme, or a path under which everything answers too", async () => {
  const { get, simulator } = await live();
  const uri = async () =>
    ((await (await get("/api/account/demo/service/sentinel/baseURI.json", {})).json()) as { baseURI: string }).baseURI;
  simulator.variants({ baseUri: "scheme" });
  expect(await uri()).toBe(simulator.url);
  simulator.variants({ baseUri: "path" });
  expect(await uri()).toBe(simulator.url + pathPrefix);
  expect((await fetch((await uri()) + paths.skills("timeframe=60"), { headers: bearer })).status).toBe(200);
});
