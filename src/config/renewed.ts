import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config.js";
import type { AccountConfig } from "./account-settings.js";

/** What a running gateway goes on with after its files were read again. */
export interface Renewed {
  config: Config;
  /** What the files say besides, and what only a restart takes: one sentence each, without secrets. */
  left: string[];
}

/**
 * API keys, trusted documents and the secrets of accounts are taken from what was read. Everything else stays as the gateway was started:
 * accounts that come or go, their limits and their services.
 */
export function renewed(running: Config, read: Config): Renewed {
  const left: string[] = [];
  const accounts = running.accounts.map((account) => renewedAccount(account, read.accounts, left));
  for (const { id } of read.accounts) {
    if (!running.accounts.some((known) => known.id === id))
      left.push(`Account ${id} is new in ACCOUNTS_FILE: it is served after a restart.`);
  }
  return { config: { ...running, accounts, auth: read.auth, trustedDocuments: read.trustedDocuments }, left };
}

function renewedAccount(account: AccountConfig, read: readonly AccountConfig[], left: string[]): AccountConfig {
  const { id } = account;
  const found = read.find((other) => other.id === id);
  if (!found) {
    left.push(`Account ${id} is no longer in ACCOUNTS_FILE: it is served until a restart.`);
    return account;
  }
  if ((found.credentials.kind === "caller") !== (account.credentials.kind === "caller")) {
    left.push(`Account ${id} has another mode of credentials in ACCOUNTS_FILE: it is used after a restart.`);
    return account;
  }
  const renewedSecrets = { ...account, credentials: found.credentials };
  if (!isDeepStrictEqual(renewedSecrets, found))
    left.push(`Account ${id} differs in ACCOUNTS_FILE in more than its secrets: a restart takes that.`);
  return renewedSecrets;
}
