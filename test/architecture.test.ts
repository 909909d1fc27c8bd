import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
const files = ["src", "test", "bench"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file.replaceAll("\\", "/")}`),
);
/** The files that the page names so; a name may leave out the folders before it, and `<…>` stands for any. */
const named = (name: string): string[] => {
  const pattern = new RegExp(`(^|/)${name.replace(/[.+]/g, "\\$&").replace(/<[^>]*>/g, "[^/]+")}$`);
  return files.filter((file) => pattern.test(file));
};
const names = new Set([...page.matchAll(/(?:[\w<>-]+\/)*[\w<>.-]+\.ts\b/g)].map(([name]) => name));

test("every file that the page on the architecture names is there", () => {
  expect(names.size).toBeGreaterThan(40);
  expect([...names].filter((name) => named(name).length === 0)).toEqual([]);
});

test("what it says stands in a file stands there", () => {
  const placed = [...page.matchAll(/`#?(\w+)` in (?:the same file|`([\w/<>-]+\.ts)`)/g)].flatMap(([, what = "", where]) =>
    where === undefined ? [] : [{ what, where }],
  );
  expect(placed.length).toBeGreaterThan(10);
  const isThere = ({ what, where }: { what: string; where: string }) =>
    named(where).some((file) => new RegExp(`\\b${what}\\b`).test(readFileSync(join(root, file), "utf8")));
  expect(placed.filter((each) => !isThere(each))).toEqual([]);
});
