#!/usr/bin/env node
import "reflect-metadata";
import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Logger } from "pino";
import pretty from "pino-pretty";
import { refusedCommandLine } from "./cli/refused-command-line.js";
import { type SimulatorProcess, startSimulatorProcess } from "./cli/simulator-process.js";
import { plainSentence, StartError } from "./cli/start-error.js";
import { type AccountConfig, configFrom, doubtsOf } from "./config.js";
import { createLog, warnOf } from "./server/log.js";

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** Longer than the server waits for what runs. */
const stopWithinMs = 12_000;

const program = new Command("lp-metrics-gateway")
  .description("One GraphQL gateway over LivePerson's four metrics APIs; without a command it serves.")
  .configureOutput({ outputError: (said, write) => write(`${refusedCommandLine(said)}\n`) });

program.command("serve").description("serve GraphQL; without LP_ACCOUNT_ID from a simulator, which it starts").action(serve);

program
  .command("simulate")
  .description("serve the platform's four metrics APIs over a modelled contact centre")
  .option("--port <port>", "port of the platform; 0 takes a free one", port, 4010)
  .option("--control-port <port>", "port of its control interface; 0 takes a free one", port, 4011)
  .option("--account <id...>", "accounts to serve, each with figures of its own", ["demo"])
  .addOption(new Option("--scale <scale>", "size of the contact centre").choices(["small", "demo"]).default("demo"))
  .addOption(new Option("--child", "as the child of a gateway: free ports, ends with its parent").hideHelp())
  .action(simulate);

program
  .command("schema")
  .description("write the SDL of the subgraph")
  .argument("[file]", "where to; - is standard output", fromRoot("schema/subgraph.graphql"))
  .action(schema);

program
  .command("doctor")
  .description("ask the domain look-up, the token service and each API once, and say what works and what does not")
  .option("--verify", "also ask both ways what merging takes for granted, and name the setting that turns off what does not hold")
  .action(doctor);

async function serve(): Promise<void> {
  const asked = configFrom(process.env);
  const log = createLog(asked.logLevel, process.stdout.isTTY ? pretty({ sync: true, ignore: "pid,hostname" }) : undefined);
  for (const doubt of doubtsOf(process.env)) log.warn(doubt);
  // The simulator starts while the gateway is loaded, and loads no gateway itself.
  const [simulator, { createGateway }, { startApp }, { warnOfUnreachable }] = await Promise.all([
    asked.simulated ? startSimulatorProcess(fileURLToPath(import.meta.url), process.env) : null,
    import("./gateway.js"),
    import("./server/app.js"),
    import("./server/health.js"),
  ]);
  const config = simulator ? configFrom(process.env, simulator.account) : asked;
  if (simulator) announce(simulator, log);

  const gateway = await createGateway(config, {
    warn: (message, error) => warnOf(log, message, error),
    tell: (message) => log.warn(message),
    refreshed: (refresh) => log.info(refresh, "A refresh behind stale answers ended"),
  });
  const app = await startApp({ gateway, config, log, now: () => performance.now(), graphiqlRoot: fromRoot("dist/graphiql") });
  void simulator?.died.then((sentence) => {
    log.fatal(sentence);
    process.exit(1);
  });
  onSignal(log, async () => {
    await app.stop();
    await simulator?.stop();
  });
  const graphiql = config.graphiql ? `GraphiQL on ${app.url}/graphiql/` : "GraphiQL is off";
  log.info(`Serving account ${config.accounts.map(({ id }) => id).join(", ")} on ${app.url}/graphql, ${graphiql}`);
  await warnOfUnreachable(gateway, log);
}

function announce(simulator: SimulatorProcess, log: Logger): void {
  log.warn(
    `SIMULATED FIGURES: LP_ACCOUNT_ID is not set, so account ${simulator.account.id} is served from the simulator, not from LivePerson.`,
  );
  log.warn(`The simulator (process ${simulator.pid}) listens on ${simulator.url}, its control interface on ${simulator.controlUrl}`);
}

async function simulate(options: {
  port: number;
  controlPort: number;
  account: string[];
  scale: "small" | "demo";
  child?: true;
}): Promise<void> {
  const { child = false, scale } = options;
  const ports = child ? {} : { port: options.port, controlPort: options.controlPort };
  const { startSimulator } = await import("./simulator/simulator.js");
  const { url, controlUrl, accounts, close } = await startSimulator({ ...ports, accounts: options.account.map((id) => ({ id, scale })) });
  if (child) {
    if (!process.connected) throw new StartError("--child is for a gateway that starts its own simulator: leave it out.");
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => undefined);
    process.once("disconnect", () => process.exit(0));
    process.send?.({ url, controlUrl, accounts });
    return;
  }
  const log = createLog("info", process.stdout.isTTY ? pretty({ sync: true }) : undefined);
  onSignal(log, close);
  log.info(`Simulating account ${accounts.map(({ id }) => id).join(", ")} on ${url}, control interface on ${controlUrl}`);
  for (const { id, bearers } of accounts)
    log.info(`To serve ${id}: LP_ACCOUNT_ID=${id} LP_CSDS_URL=${url} LP_BEARER_TOKEN=${bearers[0]} npm start`);
}

/** Standard output gets the SDL and nothing else. */
async function schema(file: string): Promise<void> {
  const { emittedSdl } = await import("./graphql/fields.js");
  const sdl = await emittedSdl();
  const isShown = file === "-";
  try {
    // Not by writeFileSync: a pipe that is full for a moment would be EAGAIN.
    await (isShown ? pipeline([sdl], process.stdout, { end: false }) : writeFile(file, sdl));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (isShown && error.code === "EPIPE") return; // Whoever reads has read enough.
    throw new StartError(`The SDL cannot be written to ${isShown ? "standard output" : file}: ${error.message}.`);
  }
  if (!isShown) print(`The SDL of the subgraph was written to ${file}.`);
}

/** Exit code 1 when something does not work. Without LP_ACCOUNT_ID the simulator is examined. */
async function doctor(options: { verify?: true }): Promise<void> {
  const { examine } = await import("./cli/doctor.js");
  const asked = configFrom(process.env);
  for (const doubt of doubtsOf(process.env)) print(`warning  ${doubt}`);
  const simulator = asked.simulated ? await startSimulatorProcess(fileURLToPath(import.meta.url), process.env) : null;
  if (simulator)
    print("LP_ACCOUNT_ID is not set, so the gateway would serve simulated figures; the simulator is examined in place of the platform.");
  const { accounts } = simulator ? configFrom(process.env, simulator.account) : asked;
  let ill = false;
  let whole = true;
  for (const account of accounts) {
    print(`Account ${account.id}`);
    for await (const { what, outcome, said } of examine(account, Date.now)) {
      ill ||= outcome === "fails";
      whole &&= outcome === "works";
      print(`  ${outcome.padEnd(9)}  ${what}: ${said}`);
    }
    if (options.verify) ill = !(await verified(account)) || ill;
  }
  print(ill ? "Something does not work: see above." : whole ? "Everything works." : "What was asked works.");
  await simulator?.stop();
  process.exitCode = ill ? 1 : 0;
}

/** Whether nothing that is merged was found to be wrong, but for what is turned off already. */
async function verified(account: AccountConfig): Promise<boolean> {
  const { verify } = await import("./cli/verify.js");
  const wrong = new Set<string>();
  for await (const { merge, outcome, said } of verify(account, Date.now)) {
    const off = merge !== null && account.mergesOff.includes(merge);
    if (outcome === "fails" && !off) wrong.add(merge ?? "what no setting changes");
    print(`  ${outcome.padEnd(9)}  ${off ? `(turned off: ${merge}) ` : ""}${said}`);
  }
  if (wrong.size > 0)
    print(`Merging is wrong for account ${account.id}: ${[...wrong].join(", ")}. LP_MERGES_OFF takes these names, parted by commas.`);
  return wrong.size === 0;
}

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** On SIGTERM or SIGINT stops, and ends with exit code 0, at the latest after `stopWithinMs`. A second signal ends at once. */
function onSignal(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info(`${signal}: finishing what runs, then stopping`);
      setTimeout(() => process.exit(0), stopWithinMs).unref();
      stop().then(() => process.exit(0), fail);
    });
  }
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
  return Number(text);
}

/** One plain sentence on standard error for what an operator can act on, the whole error for a bug; exit code 1. */
function fail(error: unknown): never {
  process.stderr.write(`${plainSentence(error) ?? (error instanceof Error ? error.stack : String(error))}\n`);
  process.exit(1);
}

/** Were `serve` commander's default command, a misspelt one would be taken for an argument of it. */
const commandLine = process.argv.slice(2);
await program.parseAsync(commandLine.length === 0 ? ["serve"] : commandLine, { from: "user" }).catch(fail);
