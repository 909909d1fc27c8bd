import type { Logger } from "pino";
import type { Environment } from "../config.js";

/** What a command has from the process that runs it. */
export interface Program {
  /** With what the file .env of the working directory says, where there is one. */
  readonly environment: Environment;
  /** Release of the package. */
  version: string;
  /** Path of the file that was started. */
  file: string;
  /** The absolute path of a file of the package, by its path from the package's root. */
  fromRoot(path: string): string;
  /** Calls `stop` when the process receives a signal to end, then ends it with exit code 0. `drainMs`: what `stop` takes besides the usual. */
  onEnd(log: Logger, stop: () => Promise<void>, drainMs?: number): void;
  /** Calls `act` at each SIGHUP. */
  onHangup(act: () => void): void;
}

/** One line on standard output. */
export const print = (line: string): boolean => process.stdout.write(`${line}\n`);
