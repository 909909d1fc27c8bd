import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import { configFrom, doubtsOf } from "../config.js";
import { examine } from "./examine.js";
import { type Program, print } from "./program.js";
import { startSimulatorProcess } from "./simulator-process.js";
import { verify } from "./verify.js";

/**
 * Says of each account what works and what does not; with `--verify` also whether merging is right for it.
 * Exit code 1 when something does not work. Without an account in the environment the simulator is examined.
 */
export async function doctor(options: { verify?: true }, { environment, file }: Program, clock: Clock): Promise<void> {
  const asked = configFrom(environment);
  for (const doubt of doubtsOf(environment)) print(`warning  ${doubt}`);
  const simulator = asked.simulated ? await startSimulatorProcess(file, environment) : null;
  if (simulator)
    print("LP_ACCOUNT_ID is not set, so the gateway would serve simulated figures; the simulator is examined in place of the platform.");
  const { accounts } = simulator ? configFrom(environment, simulator.account) : asked;
  let ill = false;
  let whole = true;
  for (const account of accounts) {
    print(`Account ${account.id}`);
    for await (const { what, outcome, said } of examine(account, clock)) {
      ill ||= outcome === "fails";
      whole &&= outcome === "works";
      print(`  ${outcome.padEnd(9)}  ${what}: ${said}`);
    }
    if (options.verify) ill = !(await verified(account, clock)) || ill;
  }
  print(ill ? "Something does not work: see above." : whole ? "Everything works." : "What was asked works.");
  await simulator?.stop();
  process.exitCode = ill ? 1 : 0;
}

/** Whether no merge was found to be wrong, except those that are turned off already. */
async function verified(account: AccountConfig, clock: Clock): Promise<boolean> {
  const wrong = new Set<string>();
  for await (const { merge, outcome, said } of verify(account, clock)) {
    const off = merge !== null && account.mergesOff.includes(merge);
    if (outcome === "fails" && !off) wrong.add(merge ?? "what no setting changes");
    print(`  ${outcome.padEnd(9)}  ${off ? `(turned off: ${merge}) ` : ""}${said}`);
  }
  if (wrong.size > 0)
    print(`Merging is wrong for account ${account.id}: ${[...wrong].join(", ")}. LP_MERGES_OFF takes these names, separated by commas.`);
  return wrong.size === 0;
}
