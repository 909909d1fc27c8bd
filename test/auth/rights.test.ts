import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callsOf, refused, type Served, served } from "./served.js";

const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const keys = `
keys:
  - { name: plain, sha256: ${digest("plain")}, accounts: [demo] }
  - { name: planner, sha256: ${digest("planner")}, accounts: [demo], explain: true }
  - { name: trusted, sha256: ${digest("trusted")}, accounts: "*", explain: true, conversations: true }`;
const accounts = (url: string) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { bearer: env:TOKEN } }]`;
const start = (environment: Record<string, string> = {}): Promise<Served> =>
  served({ environment: { AUTH: "api-key", TOKEN: "simulated-token", ...environment }, accounts, keys });
const plain = { "x-api-key": "plain" };
const trusted = { "x-api-key": "trusted" };

/** How many calls an operation would need of whoever may do no more than explain. */
async function planned(
  line: Served,
  query: string,
  options: { variables?: Record<string, unknown>; headers?: Record<string, string> } = {},
) {
  const headers = { "x-api-key": "planner", "x-gateway-explain": "plan", ...options.headers };
  const { extensions } = await line.ask(query, { ...options, headers });
  return (extensions.upstream as { planned?: number } | undefined)?.planned;
}

describe("a key made by the README's lines, which give no right", () => {
  it.each(readdirSync("schema/operations"))("runs %s, or is told the right that it lacks", async (file) => {
    const line = await start();
    const operation = readFileSync(`schema/operations/${file}`, "utf8");
    const { errors } = await line.ask(operation, { headers: plain });
    for (const { message, extensions } of errors) {
      expect(extensions.code).toBe("FORBIDDEN");
      expect(message).toMatch(/: your key or token lacks the right conversations\.$/);
    }
    expect(errors.length).toBe(file === "conversations.graphql" ? 1 : 0);
    expect((await line.ask(operation, { headers: trusted })).errors).toEqual([]);
  });

  it("is told the right that explaining needs", async () => {
    const line = await start();
    const headers = { ...plain, "x-gateway-explain": "calls" };
    const { errors } = await line.ask("{ contactCenter { accountId } }", { headers });
    expect(errors.map(({ message }) => message)).toEqual([
      "You may not use the header x-gateway-explain: your key or token lacks the right explain.",
    ]);
  });
});

describe("conversations without the right to them", () => {
  const withheld = {
    "a list": "conversations(lastMinutes: 60) { nodes { id } }",
    "a list that wants nothing": "conversations { __typename }",
    "one by its id": 'conversation(id: "c-1") { id }',
    "one with its handling": 'conversation(id: "c-1") { handling { handleTime } }',
    "intervals by conversation": "intervals(groupBy: [CONVERSATION]) { nodes { handleTime } }",
    "intervals by skill and conversation": "intervals(groupBy: [SKILL, CONVERSATION]) { nodes { handleTime } }",
    "intervals of one conversation": 'intervals(conversationId: "c-1") { nodes { handleTime } }',
  };

  it.each(Object.entries(withheld))("are FORBIDDEN at their path, and nothing is asked: %s", async (_, field) => {
    const line = await start();
    const answer = await line.ask(`{ contactCenter { accountId secret: ${field} } }`, { headers: plain });
    expect(answer.data).toEqual({ contactCenter: { accountId: "demo", secret: null } });
    expect(refused(answer)).toEqual([["contactCenter.secret", "FORBIDDEN"]]);
    expect(await planned(line, `{ contactCenter { secret: ${field} } }`)).toBe(0);
    expect(refused(await line.ask(`{ contactCenter { secret: ${field} } }`, { headers: trusted }))).toEqual([]);
  });

  it.each(["agent", "skill", "agentGroup"])("are FORBIDDEN in the intervals of one %s split by conversation", async (entity) => {
    const line = await start();
    const query = `{ contactCenter { ${entity}(id: "1") { id split: intervals(splitBy: [CONVERSATION]) { nodes { handleTime } } whole: intervals { nodes { handleTime } } } } }`;
    const answer = await line.ask(query, { headers: plain });
    expect(refused(answer)).toEqual([[`contactCenter.${entity}.split`, "FORBIDDEN"]]);
    expect(answer.data).toMatchObject({ contactCenter: { [entity]: { id: "1", split: null, whole: expect.anything() } } });
  });

  it("are FORBIDDEN by reference, one by one, whatever a plan is asked for", async () => {
    const line = await start();
    const representations = [
      { __typename: "Conversation", accountId: "demo", id: "c-1" },
      { __typename: "Skill", accountId: "demo", id: "1" },
      { __typename: "Conversation", accountId: "elsewhere", id: "c-1" },
    ];
    const query =
      "query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Conversation { id handling { handleTime } } ... on Skill { id } } }";
    const answer = await line.ask(query, { headers: plain, variables: { representations } });
    expect(answer.data).toEqual({ _entities: [null, { id: "1" }, null] });
    expect(refused(answer)).toEqual([
      ["_entities.0", "FORBIDDEN"],
      ["_entities.2", "FORBIDDEN"],
    ]);
    expect(await planned(line, query, { variables: { representations } })).toBe(0);
    expect(refused(await line.ask(query, { headers: trusted, variables: { representations: representations.slice(0, 2) } }))).toEqual([]);
  });
});

describe("explain", () => {
  const query = "{ contactCenter { current { onlineAgents } } }";

  it.each(["calls", "plan"])("=%s needs its right", async (how) => {
    const line = await start();
    const without = await line.ask(query, { headers: { ...plain, "x-gateway-explain": how } });
    expect(without.status).toBe(403);
    expect(refused(without)).toEqual([[undefined, "FORBIDDEN"]]);
    expect(callsOf(line)).toBe(0);
    const having = await line.ask(query, { headers: { ...trusted, "x-gateway-explain": how } });
    expect(having.errors).toEqual([]);
    expect(having.extensions.upstream).toBeDefined();
  });
});

describe("ROUTER_SECRET", () => {
  const secret = { ROUTER_SECRET: "r0uter" };
  const service = "{ _service { sdl } }";
  const entities = {
    query:
      "query ($of: [_Any!]!) { found: _entities(representations: $of) { ... on ContactCenter { accountId current { onlineAgents } } } }",
    variables: { of: [{ __typename: "ContactCenter", accountId: "demo" }] },
  };

  it.each([
    ["missing", {}],
    ["wrong", { "x-router-secret": "r0uteR" }],
    ["only begun", { "x-router-secret": "r0ute" }],
    ["empty", { "x-router-secret": "" }],
  ])("keeps _service and _entities from who shows it %s, and asks nothing for them", async (_, headers) => {
    const line = await start(secret);
    const answers = [
      await line.ask(service, { headers: { ...trusted, ...headers } }),
      await line.ask(entities.query, { headers: { ...trusted, ...headers }, variables: entities.variables }),
    ];
    expect(answers.map(({ status, data }) => [status, data])).toEqual([
      [200, null],
      [200, null],
    ]);
    expect(answers.flatMap(refused)).toEqual([
      ["_service", "FORBIDDEN"],
      ["found", "FORBIDDEN"],
    ]);
    const { query, variables } = entities;
    expect(await planned(line, query, { variables, headers })).toBe(0);
    expect(await planned(line, query, { variables, headers: { "x-router-secret": "r0uter" } })).toBe(1);
    expect(JSON.stringify(answers) + line.log()).not.toMatch(/r0ute/i);
  });

  it("opens both to who shows it, who needs credentials all the same", async () => {
    const line = await start(secret);
    const router = { "x-router-secret": "r0uter" };
    expect((await line.ask(service, { headers: { ...plain, ...router } })).data._service).toEqual({ sdl: expect.stringMatching("@key") });
    const { data } = await line.ask(entities.query, { headers: { ...plain, ...router }, variables: entities.variables });
    expect(data.found).toEqual([{ accountId: "demo", current: { onlineAgents: expect.any(Number) } }]);
    expect((await line.ask(service, { headers: router })).status).toBe(401);
  });

  it("leaves everything else as it is", async () => {
    const line = await start(secret);
    const answer = await line.ask("{ contactCenter { current { onlineAgents } } __typename }", { headers: plain });
    expect(answer.errors).toEqual([]);
  });

  it("is not needed where it is not set", async () => {
    expect(refused(await (await start()).ask(service, { headers: plain }))).toEqual([]);
  });
});
