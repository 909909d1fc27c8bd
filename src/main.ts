#!/usr/bin/env node
import "reflect-metadata";
import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import closeWithGrace from "close-with-grace";
import { Command, InvalidArgumentError, Option } from "commander";
import { withEnvFile } from "./cli/env-file.js";
import type { Program } from "./cli/program.js";
import { refusedCommandLine } from "./cli/refused-command-line.js";
import type { SimulateOptions } from "./cli/simulate.js";
import { plainSentence } from "./cli/start-error.js";
import { systemClock } from "./clock.js";

/** Longer than the server waits for what runs. */
const stopWithinMs = 12_000;

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Everything that the program has from its process: each command loads only what it needs. */
const program: Program = {
  get environment() {
    return withEnvFile(process.env, ".env");
  },
  file: fileURLToPath(import.meta.url),
  version: versionOf(readFileSync(fromRoot("package.json"), "utf8")),
  fromRoot,
  onEnd,
  onHangup,
};

const commands = new Command("lp-metrics-gateway")
  .description("One GraphQL gateway over LivePerson's four metrics APIs; without a command it serves.")
  .version(program.version, "-v, --version", "say the version of this program")
  .configureOutput({ outputError: (said, write) => write(`${refusedCommandLine(said)}\n`) });

commands
  .command("serve")
  .description("serve GraphQL; without LP_ACCOUNT_ID from a simulator, which it starts")
  .action(async () => (await import("./cli/serve.js")).serve(program));

commands
  .command("simulate")
  .description("serve the platform's four metrics APIs over a modelled contact centre")
  .option("--port <port>", "port of the platform; 0 takes a free one", port, 4010)
  .option("--control-port <port>", "port of its control interface; 0 takes a free one", port, 4011)
  .option("--account <id...>", "accounts to serve, each with figures of its own", ["demo"])
  .addOption(new Option("--scale <scale>", "size of the contact centre").choices(["small", "demo"]).default("demo"))
  .addOption(new Option("--child", "as the child of a gateway: free ports, ends with its parent").hideHelp())
  .action(async ({ child, ...options }: SimulateOptions & { child?: true }) => {
    const [{ simulate, simulateAsChild }, { startSimulator }] = await Promise.all([
      import("./cli/simulate.js"),
      import("./simulator/simulator.js"),
    ]);
    if (!child) return simulate(options, startSimulator, program);
    // The parent says when to end, also when a terminal signals both.
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => undefined);
    return simulateAsChild(options, startSimulator);
  });

commands
  .command("schema")
  .description("write the SDL of the subgraph")
  .argument("[file]", "where to; - is standard output", program.fromRoot("schema/subgraph.graphql"))
  .action(async (file: string) => (await import("./cli/schema.js")).schema(file));

commands
  .command("doctor")
  .description("ask the domain look-up, the token service and each API once, and say what works and what does not")
  .option("--verify", "also ask both ways what merging takes for granted, and name the setting that turns off what does not hold")
  .action(async (options: { verify?: true }) => (await import("./cli/doctor.js")).doctor(options, program, systemClock));

/** SIGTERM or SIGINT stops, and ends with exit code 0, at the latest after `drainMs` and `stopWithinMs`. A second signal ends at once with 1. */
function onEnd(log: Parameters<Program["onEnd"]>[0], stop: () => Promise<void>, drainMs = 0): void {
  closeWithGrace(
    {
      delay: drainMs + stopWithinMs,
      logger: log,
      skip: ["SIGHUP", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGUSR2", "beforeExit"],
      onTimeout: () => process.exit(0),
    },
    async ({ signal, err }) => {
      if (err) log.fatal({ err }, "An error that nothing caught: finishing what runs, then stopping");
      else log.info(`${signal}: finishing what runs, then stopping`);
      await stop();
    },
  );
}

function versionOf(packageText: string): string {
  return (JSON.parse(packageText) as { version: string }).version;
}

/** A terminal that is closed sends SIGHUP as well: a program that was started in it ends with it, as it does without a listener. */
function onHangup(act: () => void): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  const listener = () => {
    if (terminals.length === 0 || terminals.some((descriptor) => isatty(descriptor))) return act();
    process.off("SIGHUP", listener);
    process.kill(process.pid, "SIGHUP");
  };
  process.on("SIGHUP", listener);
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
await commands.parseAsync(commandLine.length === 0 ? ["serve"] : commandLine, { from: "user" }).catch(fail);
