import { z } from "zod";
import { type AccountConfig, accountId, bounds, mergeOff, source } from "./account-settings.js";
import { baseUrl, listOf, mapOf, text, wholeOf } from "./setting.js";
import { fromYamlFile, type ReadText, textOf, type YamlFile } from "./yaml-file.js";

const form = /^(?:env:(?<name>[A-Za-z_][A-Za-z0-9_]*)|file:(?<path>.+))$/;

/** Where a secret is. */
type Reference = { name: string } | { path: string };

/** A secret by where it is; one written down here is refused. */
const reference = () =>
  text(
    form,
    "env:NAME, where NAME is the environment variable that holds it, or file:PATH, where PATH is a file that holds nothing else",
  ).transform((written): Reference => {
    const { name, path = "" } = form.exec(written)?.groups ?? {};
    return name === undefined ? { path } : { name };
  });

const oneWay = "a map of either clientId and clientSecret, or bearer, or mode: caller";

const credentials = mapOf({
  clientId: reference().optional(),
  clientSecret: reference().optional(),
  bearer: reference().optional(),
  mode: z.literal("caller", "caller").optional(),
}).refine((given) => ["clientId,clientSecret", "bearer", "mode"].includes(Object.keys(given).sort().join()), oneWay);

const limit = (name: keyof typeof bounds) => wholeOf(bounds[name]).optional();
const ttl = () => limit("ttlSeconds");

const schema = mapOf({
  accounts: listOf(
    mapOf({
      id: accountId(),
      services: mapOf({
        csds: baseUrl().optional(),
        operations: baseUrl().optional(),
        keyMetrics: baseUrl().optional(),
        intervalMetrics: baseUrl().optional(),
        sentinel: baseUrl().optional(),
      }).optional(),
      credentials,
      source: source().optional(),
      keyMetricsLookbackHours: limit("keyMetricsLookbackHours"),
      limits: mapOf({
        maxConcurrent: limit("maxConcurrent"),
        maxPerMinute: limit("maxPerMinute"),
        maxPerSecond: limit("maxPerSecond"),
      }).optional(),
      mergesOff: listOf(mergeOff()).optional(),
      ttlSeconds: mapOf({ segments: ttl(), keyMetrics: ttl(), current: ttl(), intervals: ttl(), closedIntervals: ttl() }).optional(),
    }),
  )
    .min(1, "a list of at least one account")
    .refine((accounts) => new Set(accounts.map(({ id }) => id)).size === accounts.length, "a list of accounts with different ids"),
});

type Written = z.output<typeof schema>["accounts"][number];
/** What an account has where its entry says nothing else. */
export type Defaults = Omit<AccountConfig, "id" | "credentials">;

/** The accounts of ACCOUNTS_FILE; problems are told. `secrets` are environment variables. */
export function accountsOf(
  file: YamlFile & { secrets: Readonly<Record<string, string | undefined>> },
  defaults: Defaults,
): readonly AccountConfig[] {
  const { setting, path, read, tell, secrets } = file;
  return (fromYamlFile(file, schema)?.accounts ?? []).map((written, index) => {
    const secret = (place: keyof Written["credentials"], held: Reference): string => {
      const where = `${setting} ${JSON.stringify(path)}: accounts[${index}].credentials.${place}`;
      if ("path" in held)
        return secretIn(held.path, read, (problem) => tell(`${where} must name a file that holds a secret, but ${problem}.`));
      const value = secrets[held.name];
      if (value === undefined) tell(`${where} must name an environment variable that is set, but ${held.name} is unset.`);
      return value ?? "";
    };
    return accountOf(written, credentialsOf(written.credentials, secret), defaults);
  });
}

/** Names of environment variables that the file speaks of, be the rest of it right or wrong; none when it cannot be read. */
export function spokenIn(path: string | undefined, read: ReadText): ReadonlySet<string> {
  const text = path?.trim() ? textOf(path, read) : "";
  return new Set(typeof text === "string" ? [...text.matchAll(/\benv:([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name = ""]) => name) : []);
}

/** The file's only line. */
function secretIn(path: string, read: ReadText, tell: (problem: string) => void): string {
  const found = textOf(path, read);
  if (typeof found !== "string") tell(`${JSON.stringify(path)} cannot be read: ${found.code}`);
  const secret = typeof found === "string" ? found.trim() : "";
  if (typeof found === "string" && !/^\S+$/.test(secret))
    tell(`${JSON.stringify(path)} is ${secret === "" ? "empty" : "more than one word"}`);
  return secret;
}

type SecretOf = (place: keyof Written["credentials"], held: Reference) => string;

function credentialsOf({ clientId, clientSecret, bearer }: Written["credentials"], secret: SecretOf): AccountConfig["credentials"] {
  if (bearer !== undefined) return { kind: "bearer", token: secret("bearer", bearer) };
  if (clientId === undefined || clientSecret === undefined) return { kind: "caller" };
  return { kind: "client", clientId: secret("clientId", clientId), clientSecret: secret("clientSecret", clientSecret) };
}

function accountOf(written: Written, credentials: AccountConfig["credentials"], defaults: Defaults): AccountConfig {
  const ttlMs = Object.entries(written.ttlSeconds ?? {}).map(([kind, seconds = 0]) => [kind, seconds * 1000]);
  return {
    ...defaults,
    id: written.id,
    credentials,
    services: { ...defaults.services, ...given(written.services) },
    source: written.source ?? defaults.source,
    keyMetricsLookbackHours: written.keyMetricsLookbackHours ?? defaults.keyMetricsLookbackHours,
    limits: { ...defaults.limits, ...given(written.limits) },
    mergesOff: written.mergesOff ?? defaults.mergesOff,
    ttlMs: { ...defaults.ttlMs, ...Object.fromEntries(ttlMs) },
  };
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the names that hold nothing. */
const given = <T extends object>(map: T | undefined): Partial<Given<T>> =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([, value]) => value !== undefined)) as Partial<Given<T>>;
