import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { shownValue } from "./shown.js";

/** The text of a file; throws the system's error. */
export type ReadText = (path: string) => string;

export interface YamlFile {
  /** The environment variable that names the file. */
  setting: string;
  path: string;
  read: ReadText;
  /** Told of each problem: one sentence with setting, file, place in it, bound and value. */
  tell: (problem: string) => void;
}

/** Values under these names are never shown: they are secrets, or stand where somebody may have written one. */
const secretPlaces: ReadonlySet<PropertyKey> = new Set(["credentials", "sha256"]);
/** Lists whose texts may be shown: nobody writes a secret there. */
const plainLists: ReadonlySet<PropertyKey | undefined> = new Set(["metrics"]);

/**
 * What the file says, as its schema reads it; undefined when there is a problem, which is told. Every scalar is read as text, so
 * that an id keeps its zeros and a digest of digits is no number.
 */
export function fromYamlFile<S extends z.ZodType>({ setting, path, read, tell }: YamlFile, schema: S): z.output<S> | undefined {
  const file = `${setting} ${JSON.stringify(path)}`;
  const text = textOf(path, read);
  if (typeof text !== "string") return void tell(`${file} must be a file that can be read, but it cannot: ${text.code}.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", prettyErrors: false, lineCounter: lines });
  for (const { code, pos } of document.errors) {
    const { line, col } = lines.linePos(pos[0]);
    tell(`${file} must be YAML, but is not at line ${line}, column ${col}: ${code}.`);
  }
  if (document.errors.length > 0) return undefined;
  const said = plainly(document);
  if (said === undefined) return void tell(`${file} must be YAML whose aliases are known and few, but has others.`);
  const checked = schema.safeParse(said);
  for (const issue of checked.error?.issues ?? []) tell(`${file}: ${sentence(issue, said)}`);
  return checked.data;
}

const isSecret = (path: readonly PropertyKey[]): boolean => path.some((step) => secretPlaces.has(step));

/** The text, or the code of the system's error. */
export function textOf(path: string, read: ReadText): string | { code: string } {
  try {
    return read(path);
  } catch (error) {
    const { code } = Object(error) as { code?: unknown };
    if (typeof code !== "string") throw error;
    return { code };
  }
}

/** The document as maps, lists and texts; undefined when an alias is unknown or multiplies: the library's words would hold its name. */
function plainly(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

function sentence(issue: z.core.$ZodIssue, said: unknown): string {
  const place = placeOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    return `${place} must be ${issue.message}, but has ${isSecret(issue.path) ? "other names" : issue.keys.join(", ")}.`;
  }
  return `${place} must be ${issue.message}, but is ${given(issue.path, said)}.`;
}

/** For example accounts[1].limits.maxConcurrent. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((place, step) => (typeof step === "number" ? `${place}[${step}]` : `${place}${place && "."}${String(step)}`), "") ||
  "the file";

/** A text where a map or a list belongs may be a secret that lost its name: only settings that are texts are shown. */
function given(path: readonly PropertyKey[], said: unknown): string {
  const value = path.reduce<unknown>((within, step) => Object(within)[step], said);
  if (value === undefined || value === null) return "missing";
  if (isSecret(path)) return "something else (not shown: it may be a secret)";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  const isSetting = typeof path.at(-1) === "string" && path.length > 1;
  return isSetting || plainLists.has(path.at(-2)) ? shownValue(value) : "a text";
}
