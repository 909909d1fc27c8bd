import { expect, test, vi } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { stillLine } from "../support/still-line.js";
import { accounts, twoAccounts } from "../support/two-accounts.js";
import { entities, idsOf } from "./referring.js";

vi.setConfig({ testTimeout: 30_000 });

const withKey = { FEDERATION_ID_KEY: "true" };
const warn = () => expect.unreachable("nothing goes wrong unheard");
const keyed = '@key(fields: "accountId id") @key(fields: "id")';
const service = "{ _service { sdl } }";

test("with FEDERATION_ID_KEY a reference by id alone is the entity of the only account", async () => {
  const line = await stillLine({}, withKey);
  const { data: served } = await line.ask<{ _service: { sdl: string } }>(service);
  expect(served._service.sdl).toContain(`type Skill implements NamedEntity ${keyed}`);

  const ids = idsOf(line, "Skill", line.simulator.accounts[0]!.id);
  expect(ids).toContain("-1");
  const byId = await entities(line, "Skill", "accountId id current { openConversations }", [
    ...ids.map((id) => ({ __typename: "Skill", id })),
    { __typename: "Skill", id: "all" },
  ]);
  expect(byId.data._entities).toEqual([
    ...ids.map((id) => ({ accountId: "demo", id, current: { openConversations: expect.any(Number) } })),
    null,
  ]);
  expect(byId.errors.map(({ path, extensions }) => [path?.[1], extensions.code])).toEqual([[ids.length, "BAD_USER_INPUT"]]);
  expect(line.calls()).toBe(1);
});

test("without it there is no such key", async () => {
  const line = await twoAccounts();
  const { data } = await line.ask<{ _service: { sdl: string } }>(service);
  expect(data._service.sdl).toContain('type Skill implements NamedEntity @key(fields: "accountId id") {');
});

test("with it a gateway of several accounts refuses to start, and says why", async () => {
  const configs = accounts.map((id) => configFrom(withKey, { id, url: "http://127.0.0.1:9", bearer: "b" }));
  const config = { ...configs[0]!, accounts: configs.flatMap((each) => each.accounts) };
  await expect(createGateway(config, { warn })).rejects.toThrow(
    "FEDERATION_ID_KEY must be false when there is more than one account, but is true, with 2 accounts.",
  );
});

test.each(["yes", "TRUE", "1"])("%s is no value of it", (value) => {
  expect(() => configFrom({ FEDERATION_ID_KEY: value })).toThrow(
    `FEDERATION_ID_KEY must be one of true, false, but is ${JSON.stringify(value)}.`,
  );
});
