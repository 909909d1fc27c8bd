import { type Config, ConfigError, configFrom, type Environment } from "../../src/config.js";

type Outcome = { config: Config } | { problems: readonly string[] };

/** As if every file named held `text`. */
function configured(environment: Environment, text?: string): Outcome {
  const read = () => {
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return text;
  };
  try {
    return { config: configFrom(environment, undefined, read) };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

export const problemsOf = (environment: Environment, text?: string): readonly string[] => {
  const outcome = configured(environment, text);
  return "problems" in outcome ? outcome.problems : [];
};
export const configOf = (environment: Environment, text?: string): Config => {
  const outcome = configured(environment, text);
  if ("problems" in outcome) throw new Error(outcome.problems.join("\n"));
  return outcome.config;
};
