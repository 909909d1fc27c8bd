import { digest } from "../../src/server/api-key.js";

/** Text of an API_KEYS_FILE: each name is its own key, with the accounts as YAML. */
export const keys = (accounts: Readonly<Record<string, string>>): string =>
  `keys:\n${Object.entries(accounts)
    .map(
      ([name, readable]) =>
        `  - { name: ${name}, sha256: ${digest(name).toString("hex")}, accounts: ${readable}, explain: false, conversations: false }`,
    )
    .join("\n")}\n`;
