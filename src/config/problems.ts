import type { z } from "zod";
import { authProblems } from "./auth.js";
import { oauth1Hint } from "./oauth1.js";
import { accountSettings, type Settings, secretSettings } from "./settings.js";
import { shownValue } from "./shown.js";

type Given = Readonly<Record<string, string | undefined>>;

/** What keeps the program from starting: one sentence for each problem, by variable, bound and value; secrets' values never. */
export function problemsOf(given: Given, read: z.ZodSafeParseResult<Settings>): string[] {
  return [
    ...new Set([
      ...outOfBounds(given, read),
      ...exposed(given),
      ...authProblems(given),
      ...withoutAccount(given),
      ...withoutCredential(given),
      ...besideAccountsFile(given),
      ...trustWithoutFile(given),
      ...callbackWithoutSecret(given),
      ...idleMetrics(given),
    ]),
  ];
}

/** Without a secret everybody passes for the router, and could have the gateway call what is allowed. */
const callbackWithoutSecret = ({ SUBSCRIPTION_CALLBACK_URLS: urls, ROUTER_SECRET: secret }: Given): string[] =>
  urls !== undefined && secret === undefined
    ? ["ROUTER_SECRET must be set when SUBSCRIPTION_CALLBACK_URLS is set, but is unset: only a router that shows it is called back."]
    : [];

/** What is set for metrics that nobody could read. */
function idleMetrics(given: Given): string[] {
  const set = (["METRICS_HOST", "METRICS_PORT", "METRICS_OPERATIONS", "BUSINESS_METRICS_FILE"] as const).filter(
    (name) => given[name] !== undefined,
  );
  if (given.METRICS === "false") return set.map((name) => `${name} must be unset when METRICS is false, but is set.`);
  return given.METRICS_HOST !== undefined && given.METRICS_PORT === undefined
    ? ["METRICS_PORT must be set when METRICS_HOST is set, but is unset."]
    : [];
}

function trustWithoutFile({ TRUSTED_DOCUMENTS: mode, TRUSTED_DOCUMENTS_FILE: file }: Given): string[] {
  if (file === undefined && mode !== undefined && mode !== "off")
    return [`TRUSTED_DOCUMENTS_FILE must be set when TRUSTED_DOCUMENTS is ${mode}, but is unset.`];
  if (file !== undefined && mode === undefined)
    return ["TRUSTED_DOCUMENTS must be off, report or enforce when TRUSTED_DOCUMENTS_FILE is set, but is unset."];
  return [];
}

const shown = (name: string, value: string | undefined): string =>
  secretSettings.has(name) ? "something else (not shown: it may be a secret)" : shownValue(value);

const outOfBounds = (given: Given, read: z.ZodSafeParseResult<Settings>): string[] =>
  (read.error?.issues ?? [])
    .map(({ path, message }) => ({ name: String(path[0]), bound: message }))
    .map(({ name, bound }) => `${name} must be ${bound}, but is ${shown(name, given[name])}.`);

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

function exposed({ HOST = "127.0.0.1", AUTH }: Given): string[] {
  if (loopback.test(HOST) || AUTH !== undefined) return [];
  return [
    `HOST must be a loopback address such as 127.0.0.1 unless AUTH is set, but is ${JSON.stringify(HOST)}; ` +
      "AUTH=none says that everyone who reaches this address may read the account's figures.",
  ];
}

function withoutAccount(given: Given): string[] {
  if (given.LP_ACCOUNT_ID !== undefined || given.ACCOUNTS_FILE !== undefined) return [];
  const orphans = accountSettings.filter((name) => given[name] !== undefined);
  if (orphans.length > 0)
    return [`LP_ACCOUNT_ID must be set when ${orphans.join(", ")} ${orphans.length > 1 ? "are" : "is"} set, but is unset.`];
  return given.NODE_ENV === "production"
    ? ["LP_ACCOUNT_ID must be set when NODE_ENV is production, but is unset: simulated figures are never served in production."]
    : [];
}

const besideAccountsFile = (given: Given): string[] =>
  given.ACCOUNTS_FILE === undefined
    ? []
    : (["LP_ACCOUNT_ID", ...accountSettings] as const)
        .filter((name) => given[name] !== undefined)
        .map((name) => `${name} must be unset when ACCOUNTS_FILE is set, but is set: the file says it for each account.`);

function withoutCredential(given: Given): string[] {
  const { LP_ACCOUNT_ID: account, LP_CLIENT_ID: id, LP_CLIENT_SECRET: secret, LP_BEARER_TOKEN: bearer } = given;
  if (account === undefined) return [];
  if (bearer !== undefined && (id ?? secret) !== undefined) {
    return ["LP_BEARER_TOKEN must be unset when LP_CLIENT_ID or LP_CLIENT_SECRET is set, but is set: give one credential."];
  }
  if (bearer !== undefined || (id !== undefined && secret !== undefined)) return [];
  if (id !== undefined) return ["LP_CLIENT_SECRET must be set when LP_CLIENT_ID is set, but is unset."];
  if (secret !== undefined) return ["LP_CLIENT_ID must be set when LP_CLIENT_SECRET is set, but is unset."];
  const hint = oauth1Hint(given);
  return [
    `LP_CLIENT_ID and LP_CLIENT_SECRET, or LP_BEARER_TOKEN, must be set when LP_ACCOUNT_ID is set, but are unset.${hint ? ` ${hint}` : ""}`,
  ];
}
