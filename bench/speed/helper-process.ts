import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a file of this folder in a process of its own, which is to end when this one disconnects. */
export const startHelper = (file: string, environment: Record<string, string> = {}): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    execArgv: ["--import", "@oxc-node/core/register"],
    env: inherited(environment),
  });

/** What it says next; rejects when it ends before. */
export const nextMessage = <Message>(child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${child.spawnargs.at(-1)} ended with exit code ${code}.`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as Message);
    });
  });

/** What a child needs of this process, so that no setting of the shell changes what is measured. */
export const inherited = (environment: Record<string, string>): Record<string, string | undefined> => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...environment,
});
