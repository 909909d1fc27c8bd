import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildSchema } from "graphql";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCodes } from "../../src/errors.js";
import { textOf } from "./page.js";
import { follow, type Walk } from "./walk.js";

const page = "docs/frontends.md";
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";

it(`${page} has one heading for each error code`, () => {
  expect([...textOf(page).matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code).sort()).toEqual(Object.keys(errorCodes).sort());
});

describe(`Who follows ${page} in an empty folder${reason}`, { timeout: 60_000 }, () => {
  let walk: Walk;
  let browser: Browser | undefined;

  beforeAll(async () => {
    walk = await follow(page, { ports: [4000, 5173] });
    if (!missing)
      browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await walk?.stop();
  }, 30_000);

  const ask = async (query: string) => {
    const response = await fetch(`http://127.0.0.1:${walk.port(4000)}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data: { contactCenter: { skills: { nodes: { id: string; name: string | null }[] } } } };
  };

  /** What the page shows in these elements, once the first is there. Anything that the browser complains of fails. */
  async function shownAt(path: string, elements: string): Promise<string[]> {
    const visited = await browser!.newPage();
    const complaints: string[] = [];
    visited.on("pageerror", (error) => complaints.push(String(error)));
    await visited.goto(`http://localhost:${walk.port(5173)}/${path}`);
    await visited.locator(elements).first().waitFor({ timeout: 40_000 });
    const shown = await visited.locator(elements).allTextContents();
    expect(complaints).toEqual([]);
    await visited.close();
    return shown;
  }

  it.skipIf(missing).each([
    ["Apollo Client", ""],
    ["urql", "urql.html"],
  ])("sees the skills of the gateway on a page of another origin with React and %s", async (_, path) => {
    const shown = await shownAt(path, "li");
    const { data } = await ask("{ contactCenter { skills(first: 5) { nodes { id name } } } }");
    expect(shown).toEqual(
      data.contactCenter.skills.nodes.map(({ id, name }) => expect.stringMatching(new RegExp(`^${name ?? id}: \\d+ waiting at `))),
    );
  });

  it("has a manifest of the page's queries and a schema that a compiler of clients can read", async () => {
    const board = join(walk.folder, "board");
    const manifest = JSON.parse(await readFile(join(board, "persisted-query-manifest.json"), "utf8")) as { operations: { name: string }[] };
    expect(manifest.operations.map(({ name }) => name)).toEqual(expect.arrayContaining(["SkillsNow", "OnlineNow"]));
    const { schema } = JSON.parse(await readFile(join(board, "relay.config.json"), "utf8")) as { schema: string };
    expect(buildSchema(await readFile(join(board, schema), "utf8")).getQueryType()?.name).toBe("Query");
  });

  it.skipIf(missing)("sees a subscription's figures there", async () => {
    expect(await shownAt("live.html", "output:text-matches('\\\\d')")).toEqual([expect.stringMatching(/^\d+ agents online$/)]);
  });
});
