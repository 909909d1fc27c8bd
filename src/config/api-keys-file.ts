import { z } from "zod";
import { accountId } from "./account-settings.js";
import type { ApiKey } from "./auth.js";
import { listOf, mapOf, oneOf, text } from "./setting.js";
import { fromYamlFile, type YamlFile } from "./yaml-file.js";

const accounts = z.union([z.literal("*"), listOf(accountId())], 'a list of account ids, or "*"');

/** A right that is left out is not given. */
const right = () =>
  oneOf(["true", "false"])
    .prefault("false")
    .transform((said) => said === "true");

const schema = mapOf({
  keys: listOf(
    mapOf({
      name: text(/^.{1,64}$/, "a name of 1 to 64 characters"),
      sha256: text(/^[0-9a-f]{64}$/i, "the SHA-256 of the key in 64 hexadecimal digits").transform((digits) => digits.toLowerCase()),
      accounts,
      explain: right(),
      conversations: right(),
      metrics: right(),
    }),
  )
    .min(1, "a list of at least one key")
    .refine(differ("name"), "a list of keys with different names")
    .refine(differ("sha256"), "a list of different keys"),
});

function differ<K extends string>(name: K) {
  return (keys: readonly Readonly<Record<K, string>>[]) => new Set(keys.map((key) => key[name])).size === keys.length;
}

/** The keys of API_KEYS_FILE; none when there is a problem, which is told. */
export const apiKeysOf = (file: YamlFile): readonly ApiKey[] => fromYamlFile(file, schema)?.keys ?? [];
