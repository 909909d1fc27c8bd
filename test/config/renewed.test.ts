import { expect, it } from "vitest";
import { renewed } from "../../src/config/renewed.js";
import { type Config, configFrom } from "../../src/config.js";

const digest = (digit: string) => digit.repeat(64);
const environment = {
  ...{
    ACCOUNTS_FILE: "accounts",
    API_KEYS_FILE: "keys",
    AUTH: "api-key",
    TRUSTED_DOCUMENTS: "enforce",
    TRUSTED_DOCUMENTS_FILE: "documents",
  },
  ...{ OLD: "old-token", NEW: "new-token" },
};
const files = {
  accounts: "accounts: [{ id: a, credentials: { bearer: env:OLD } }, { id: b, credentials: { mode: caller } }]",
  keys: `keys: [{ name: one, sha256: ${digest("1")}, accounts: "*" }]`,
  documents: '{ "1": "{ hello }" }',
};
const read = (changed: Partial<typeof files> = {}): Config =>
  configFrom(environment, undefined, (path) => ({ ...files, ...changed })[path as keyof typeof files]);

it("takes keys, trusted documents and the secrets of accounts", () => {
  const { config, left } = renewed(
    read(),
    read({
      accounts: files.accounts.replace("OLD", "NEW"),
      keys: `keys: [{ name: two, sha256: ${digest("2")}, accounts: [a] }]`,
      documents: '{ "2": "{ other }" }',
    }),
  );
  expect(left).toEqual([]);
  expect(config.accounts.map(({ credentials }) => credentials)).toEqual([{ kind: "bearer", token: "new-token" }, { kind: "caller" }]);
  expect(config.auth).toMatchObject({ kind: "api-key", keys: [{ name: "two", accounts: ["a"] }] });
  expect(config.trustedDocuments).toEqual({ mode: "enforce", byHash: { "2": "{ other }" } });
});

it("takes the secrets alone of an account that differs in more, and says so", () => {
  const accounts = files.accounts.replace("env:OLD }", "env:NEW }, limits: { maxPerMinute: 7 }");
  const { config, left } = renewed(read(), read({ accounts }));
  expect(config.accounts[0]).toMatchObject({ credentials: { token: "new-token" }, limits: { maxPerMinute: 120 } });
  expect(left).toEqual(["Account a differs in ACCOUNTS_FILE in more than its secrets: a restart takes that."]);
});

it.each([
  [
    "comes",
    "{ id: a, credentials: { bearer: env:OLD } }, { id: b, credentials: { mode: caller } }, { id: c, credentials: { mode: caller } }",
    "Account c is new in ACCOUNTS_FILE: it is served after a restart.",
  ],
  ["goes", "{ id: a, credentials: { bearer: env:OLD } }", "Account b is no longer in ACCOUNTS_FILE: it is served until a restart."],
  [
    "is opened by whoever asks",
    "{ id: a, credentials: { mode: caller } }, { id: b, credentials: { mode: caller } }",
    "Account a has another mode of credentials in ACCOUNTS_FILE: it is used after a restart.",
  ],
])("leaves the accounts as they are when one %s, and says so", (_, list, sentence) => {
  const running = read();
  const { config, left } = renewed(running, read({ accounts: `accounts: [${list}]` }));
  expect(config.accounts).toEqual(running.accounts);
  expect(left).toEqual([sentence]);
});
