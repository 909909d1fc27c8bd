import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { executeCodegen } from "@graphql-codegen/cli";
import { chromium } from "playwright-core";
import { build } from "vite";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorCodes } from "../src/errors.js";
import { startLine } from "./support/line.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = await readFile(join(root, "docs/frontends.md"), "utf8");
/** The files of the page by their paths, as their first lines name them. */
const files = new Map([...text.matchAll(/```tsx?\n\/\/ (\S+)\n(.*?)```/gs)].map(([, path = "", code = ""]) => [path, code]));
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const clientFile = join(root, "src/client/index.ts");

/** A folder inside the repository, so that its packages are found, with the files of the page and what its codegen makes of them. */
async function frontend(replaced: (code: string) => string = (code) => code): Promise<string> {
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "frontend-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, code] of files) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), replaced(code));
  }
  const { default: config } = await import(join(folder, "codegen.ts"));
  expect(config.schema).toMatch(/^node_modules\/lp-metrics-gateway\/schema\//);
  const made = await executeCodegen({
    ...config,
    silent: true,
    schema: join(root, config.schema.replace("node_modules/lp-metrics-gateway/", "")),
    documents: config.documents.map((each: string) => join(folder, each)),
    generates: Object.fromEntries(Object.entries(config.generates).map(([path, each]) => [`${join(folder, path)}/`, each])),
  });
  await mkdir(join(folder, "src/gql"), { recursive: true });
  for (const { filename, content } of "result" in made ? made.result : made) await writeFile(filename, content);
  return folder;
}

describe("docs/frontends.md", { timeout: 120_000 }, () => {
  it("has one heading for each error code", () => {
    expect([...text.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code).sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it("has files that pass the type checker of a Vite project", async () => {
    const folder = await frontend();
    const options = {
      compilerOptions: {
        ...{ target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable"], module: "ESNext", moduleResolution: "bundler", types: [] },
        ...{ jsx: "react-jsx", strict: true, skipLibCheck: true, noEmit: true, verbatimModuleSyntax: true },
        paths: { "lp-metrics-gateway/client": [clientFile.replace(/\.ts$/, "")] },
      },
      include: ["src", "codegen.ts"],
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
    const { stdout, status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it.skipIf(!existsSync(executablePath))("puts the figures of a gateway of another origin on a page", async () => {
    const page = createServer((request, response) => {
      if (request.url === "/board.js") response.setHeader("content-type", "text/javascript").end(script);
      else response.setHeader("content-type", "text/html").end('<!doctype html><div id="root"></div><script src="/board.js"></script>');
    });
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void page.close());
    const origin = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    const line = await startLine({}, { CORS_ORIGINS: origin });
    onTestFinished(() => line.stop());
    const script = await bundled(await frontend((code) => code.replaceAll("http://127.0.0.1:4000", line.url)));

    const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    onTestFinished(() => browser.close());
    const visited = await browser.newPage();
    const complaints: string[] = [];
    visited.on("pageerror", (error) => complaints.push(String(error)));
    visited.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await visited.goto(origin);
    expect(complaints).toEqual([]);
    await visited.locator("li").first().waitFor({ timeout: 20_000 });
    const { data } = await line.ask<{ contactCenter: { skills: { nodes: { id: string; name: string | null }[] } } }>(
      "{ contactCenter { skills(first: 5) { nodes { id name } } } }",
    );
    const shown = await visited.locator("li").allTextContents();
    expect(shown).toEqual(
      data.contactCenter.skills.nodes.map(({ id, name }) => expect.stringMatching(new RegExp(`^${name ?? id}: \\d+ waiting at `))),
    );
  });
});

async function bundled(folder: string): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    oxc: { jsx: { runtime: "automatic", development: false } }, // Vite takes the tests' NODE_ENV for its own.
    resolve: { alias: { "lp-metrics-gateway/client": clientFile } },
    build: { write: false, minify: false, lib: { entry: join(folder, "src/main.tsx"), formats: ["iife"], name: "board" } },
  });
  const [output] = Array.isArray(made) ? made : [made];
  const [chunk] = output && "output" in output ? output.output : [];
  if (chunk?.type !== "chunk") throw new Error("vite made no script of src/main.tsx.");
  return chunk.code;
}
