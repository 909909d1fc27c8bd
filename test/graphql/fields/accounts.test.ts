import { expect, test } from "vitest";
import { executed } from "../executed.js";
import { byHand } from "../platform-by-hand.js";

const codes = async (source: string, accounts: string[]) => {
  const { data, errors = [] } = await executed(byHand({ accounts }), source);
  return { data, errors: errors.map(({ extensions }) => extensions.code) };
};

test("without an id the only account is meant", async () => {
  expect(await codes("{ contactCenter { accountId } }", ["a1"])).toEqual({ data: { contactCenter: { accountId: "a1" } }, errors: [] });
});

test("several accounts and no id is BAD_USER_INPUT that names the argument", async () => {
  const { data, errors } = await executed(byHand({ accounts: ["a1", "a2"] }), "{ contactCenter { accountId } }");
  expect(data).toEqual({ contactCenter: null });
  expect(errors?.[0]).toMatchObject({ message: "accountId must be one of a1, a2, but is null.", extensions: { code: "BAD_USER_INPUT" } });
});

test("an account that may not be read looks exactly like one that does not exist", async () => {
  const source = '{ contactCenter(accountId: "a3") { accountId } }';
  const [one, two] = await Promise.all([executed(byHand({ accounts: ["a1"] }), source), executed(byHand({ accounts: [] }), source)]);
  expect(one.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
  expect(JSON.stringify(one)).toBe(JSON.stringify(two));
});

test("a caller without accounts is FORBIDDEN the one that is meant", async () => {
  expect(await codes("{ contactCenter { accountId } }", [])).toEqual({ data: { contactCenter: null }, errors: ["FORBIDDEN"] });
});

test("contactCenters lists every readable account, and no account is an empty list", async () => {
  expect((await codes("{ contactCenters { accountId } }", ["a1", "a2"])).data).toEqual({
    contactCenters: [{ accountId: "a1" }, { accountId: "a2" }],
  });
  expect(await codes("{ contactCenters { accountId } }", [])).toEqual({ data: { contactCenters: [] }, errors: [] });
});

test("every question carries the account on whose object its field stands", async () => {
  const context = byHand({ accounts: ["a1", "a2"] });
  await executed(context, "{ contactCenters { current { asOf } skill(id: 1) { contactCenter { skillSegments { asOf } } } } }");
  expect(context.asked.map(({ account, api }) => `${account} ${api}`).sort()).toEqual([
    "a1 key-metrics",
    "a1 skill-segments",
    "a2 key-metrics",
    "a2 skill-segments",
  ]);
});
