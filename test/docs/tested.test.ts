import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Block, blocksOf, pages, root, textOf } from "./page.js";

/** What a reader could type or write into a file: a code block, or a command inside a sentence. */
interface Item {
  page: string;
  heading: string;
  /** The language of a block, or the command. */
  what: string;
  code: string;
}

interface Row {
  page: string;
  section: string;
  what: string;
  how: string;
  test: string;
}

const command = /`((?:npm|npx|node|docker|curl|kill) [^`]*)`/g;
const isDrawing = ({ language, code }: Block) => language === "" && !/^(npm|npx|node|docker|curl|kill) /.test(code);

function itemsOf(page: string): Item[] {
  const text = textOf(page);
  const blocks = blocksOf(text)
    .filter((block) => !isDrawing(block))
    .flatMap(({ heading, language, code }): Item[] => {
      const lines = code.trim().split("\n");
      // A block without a language is a list of commands.
      return language === ""
        ? lines.map((line) => ({ page, heading, what: line, code }))
        : [{ page, heading, what: language, code: code.trim() }];
    });
  let heading = "";
  const commands: Item[] = [];
  for (const line of text.replaceAll(/^```.*?^```$/gms, "").split("\n")) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    for (const [, what = ""] of line.matchAll(command)) commands.push({ page, heading, what, code: what });
  }
  return [...blocks, ...commands];
}

const rows: Row[] = [...textOf("docs/tested.md").matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
  .slice(1)
  .map(([, page = "", section = "", what = "", how = "", test = ""]) => ({ page, section, what, how, test }))
  .filter(({ page }) => !page.startsWith("-"));

const covers = ({ page, section, what }: Row, item: Item): boolean => {
  const isOfPage = (page === "*" || page === item.page) && (section === "*" || section === item.heading);
  const [, text] = /^`(.*)`$/.exec(what) ?? [];
  return isOfPage && (text === undefined ? what === item.what : item.what.startsWith(text) || item.code === text);
};

describe("docs/tested.md", () => {
  const items = pages.filter((page) => page !== "docs/tested.md").flatMap(itemsOf);

  it("names a test for each code block and each command", () => {
    expect(items.length).toBeGreaterThan(80);
    const left = items.filter((item) => !rows.some((row) => covers(row, item)));
    expect(left.map(({ page, heading, what, code }) => `${page} | ${heading} | ${what} | ${code.slice(0, 60)}`)).toEqual([]);
  });

  it.each(rows)("the row of $page, $section, $what covers something", (row) => {
    expect(items.some((item) => covers(row, item))).toBe(true);
  });

  it.each(rows.filter(({ test }) => test !== "-"))("$test is there, and is about $page", ({ page, test }) => {
    const text = readFileSync(join(root, test), "utf8");
    if (/^test\/docs\/(?!tested)/.test(test)) expect(text).toContain(page);
  });

  it("says so where something is not executed", () => {
    for (const { how, test } of rows) expect([how, test === "-" && !how.startsWith("not executed")]).toEqual([how, false]);
  });
});

describe("A command in the documentation", () => {
  const commands = [...new Set(pages.flatMap(itemsOf).map(({ code }) => code))];
  const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };

  it("that runs a script names one of package.json", () => {
    const named = commands.flatMap((code) => [...code.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, name = ""]) => name));
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });

  it("that measures something names a measurement", () => {
    const known = [...textOf("bench/main.ts").matchAll(/\.command\("(\w+)"\)/g)].map(([, name]) => name);
    const named = [...commands.flatMap((code) => [...code.matchAll(/\bnpm run bench (\w+)/g)].map(([, name]) => name)), ...rowsOfMeasure()];
    expect(named.length).toBeGreaterThan(15);
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });

  it("that runs tests names a folder of tests", () => {
    const named = commands.flatMap((code) => [...code.matchAll(/\bnpx vitest run (\S+)/g)].map(([, path = ""]) => path));
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

/** The names in the table of CONTRIBUTING.md. */
const rowsOfMeasure = () => {
  const [, table = ""] = /## Measure\n(.*)$/s.exec(textOf("CONTRIBUTING.md")) ?? [];
  return [...table.matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);
};

it("every link between the pages leads to a file and a heading", () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
  const slugs = new Map(pages.map((page) => [page, [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slug(heading))]));
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ""] of textOf(page)
      .replaceAll(/^```.*?^```$/gms, "")
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : join(page, "..", path);
      if (!existsSync(join(root, file)) || (anchor !== undefined && !slugs.get(file)?.includes(anchor))) broken.push(`${page}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

it("every page is linked from README.md", () => {
  const named = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  expect(named.filter((name) => !textOf("README.md").includes(`docs/${name}`))).toEqual([]);
});

it("every test that docs/security.md names is there", () => {
  const named = [...textOf("docs/security.md").matchAll(/\| ([\w./-]+(?:\.test\.ts|\/)(?:, [\w./-]+)*) \|$/gm)].flatMap(([, tests = ""]) =>
    tests.split(", "),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(join(root, "test", path)))).toEqual([]);
});
