import { bad } from "./refusal.js";

export type Parameters = Readonly<Record<string, string | undefined>>;

/** A required whole number within bounds. */
export function wholeNumber(parameters: Parameters, name: string, least: number, most: number): number {
  const text = parameters[name];
  if (text === undefined || text === "") throw bad(`Parameter ${name} is required.`);
  if (!/^-?\d+$/.test(text)) throw bad(`Parameter ${name} must be numeric: ${text}`);
  const value = Number(text);
  if (value < least || value > most) throw bad(`Parameter ${name} must be within ${least} and ${most}: ${text}`);
  return value;
}

/** Like `wholeNumber`, undefined when absent. */
export const optionalNumber = (parameters: Parameters, name: string, least: number, most: number): number | undefined =>
  parameters[name] === undefined || parameters[name] === "" ? undefined : wholeNumber(parameters, name, least, most);

export function requireVersion(parameters: Parameters): void {
  if (wholeNumber(parameters, "v", 0, 1000) !== 1) throw bad(`Version ${parameters.v} is not supported.`);
}

/** A comma list of ids; undefined for absent and for `all`. */
export function idList(parameters: Parameters, name: string): string[] | undefined {
  const text = parameters[name];
  if (text === undefined || text === "" || text === "all") return undefined;
  const ids = text.split(",").map((id) => id.trim());
  const wrong = ids.find((id) => !/^-?\d+$/.test(id));
  if (wrong !== undefined) throw bad(`Parameter ${name} must be numeric, comma separated: ${wrong}`);
  return ids;
}

/** A comma list of names out of a set; undefined for absent and for `all`. */
export function nameList(parameters: Parameters, name: string, known: readonly string[]): string[] | undefined {
  const text = parameters[name];
  if (text === undefined || text === "" || text === "all") return undefined;
  const names = text.split(",").map((one) => one.trim());
  const unknown = names.find((one) => !known.includes(one));
  if (unknown !== undefined) throw bad(`Parameter ${name} has an unknown value: ${unknown}`);
  return names;
}

export function oneOf<Value extends string>(parameters: Parameters, name: string, known: readonly Value[]): Value | undefined {
  const text = parameters[name];
  if (text === undefined || text === "") return undefined;
  const found = known.find((value) => value === text);
  if (found === undefined) throw bad(`Parameter ${name} must be one of ${known.join(", ")}: ${text}`);
  return found;
}
