import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Environment } from "../config.js";
import { StartError } from "./start-error.js";

/** The environment, and below it what the file says, where there is one: what is set in the environment wins, even when it is empty. */
export function withEnvFile(environment: Environment, path: string): Environment {
  try {
    return { ...parseEnv(readFileSync(path, "utf8")), ...environment };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return environment;
    throw new StartError(`The file ${path} cannot be read: ${message}.`);
  }
}
