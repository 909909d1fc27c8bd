import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { apis } from "../src/upstream/apis/registry.js";

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

/** Files that match the pattern, outside these folders and files. */
const matching = (pattern: RegExp, except: readonly string[]): string[] =>
  files
    .filter(({ file, text }) => pattern.test(text) && !except.some((place) => file === `${place}.ts` || file.startsWith(`${place}/`)))
    .map(({ file }) => file)
    .sort();

const names = apis.map(({ name }) => name).join("|");
const inTheSchema = apis.map(({ metricsApi }) => metricsApi).join("|");
/** Where an API's own things belong. */
const own = ["upstream/apis", "catalogue", "simulator"];

test("only the types of questions and calls, those who ask questions, and the program that checks merges name an API besides its own folder", () => {
  const named = new RegExp(`"(${names})"`);
  expect(matching(named, [...own, "upstream/question", "upstream/call", "graphql", "cli/both-ways"])).toEqual([]);
  expect(matching(new RegExp(`\\b(${inTheSchema})\\b`), [...own, "graphql"])).toEqual([]);
});

test("no file has a table by API, but the registry, the types of questions and calls, and the schema's own enum and hints", () => {
  const byName = new RegExp(`"(${names})"\\]?:`);
  expect(matching(byName, ["upstream/apis/registry", "simulator"])).toEqual(["upstream/call.ts", "upstream/question.ts"]);
  const byMetricsApi = new RegExp(`\\b(${inTheSchema})\\]?: `);
  expect(matching(byMetricsApi, own)).toEqual(["graphql/hints.ts", "graphql/types/enums.ts"]);
});

test("the rooms between the questions and the APIs know none of them", () => {
  const rooms = ["plan", "answers", "coalescing", "budget"];
  const anyApi = new RegExp(`\\b(${names}|${inTheSchema})\\b`);
  const inRooms = files.filter(({ file }) => rooms.some((room) => file.startsWith(`upstream/${room}`)) || file.startsWith("request/"));
  const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const withoutImports = (text: string) => text.replace(/^import .*$/gm, "");
  expect(inRooms.length).toBeGreaterThan(20);
  expect(inRooms.filter(({ text }) => anyApi.test(withoutImports(withoutComments(text)))).map(({ file }) => file)).toEqual([]);
});
