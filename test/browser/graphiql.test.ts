import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { type App, startApp } from "../../src/server/app.js";
import { createLog } from "../../src/server/log.js";
import { startSimulator } from "../../src/simulator/simulator.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";

it.runIf(process.env.GATEWAY_REQUIRE_BROWSER === "1")("there is a browser where one is demanded", () => {
  expect(missing, `There is no Chromium at ${executablePath}.`).toBe(false);
});

describe.skipIf(missing)(`GraphiQL in a browser${reason}`, { timeout: 60_000 }, () => {
  const closing: (() => Promise<unknown>)[] = [];
  let app: App;
  let browser: Browser;

  beforeAll(async () => {
    const graphiqlRoot = await mkdtemp(join(tmpdir(), "graphiql-"));
    closing.push(() => rm(graphiqlRoot, { recursive: true }));
    const root = fileURLToPath(new URL("../../graphiql", import.meta.url));
    await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "error", build: { outDir: graphiqlRoot } });

    const simulator = await startSimulator();
    closing.push(() => simulator.close());
    const config = configFrom({ PORT: "0", LOG_LEVEL: "silent" }, { id: "demo", url: simulator.url, bearer: "simulated-token" });
    const log = createLog("silent");
    const gateway = await createGateway(config, { warn: (message, error) => log.warn({ err: error }, message) });
    app = await startApp({ gateway, config, log, now: () => performance.now(), graphiqlRoot });
    closing.push(() => app.stop());

    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    closing.push(() => browser.close());
  }, 120_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  interface Visit {
    page: Page;
    requested: string[];
    complaints: string[];
  }

  async function visit(path: string, colorScheme: "light" | "dark" = "light"): Promise<Visit> {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 900 } });
    closing.push(() => page.close());
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("websocket", (socket) => requested.push(socket.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(app.url + path);
    await page.locator(".graphiql-container .graphiql-query-editor .view-lines").waitFor();
    return { page, requested, complaints };
  }

  it("opens from / with one tab for each example, says that figures are simulated, and runs the first example", async () => {
    const { page, requested, complaints } = await visit("/");
    expect(page.url()).toBe(`${app.url}/graphiql/`);
    expect(await page.title()).toBe("LivePerson metrics gateway · GraphiQL");
    const examples = readdirSync(new URL("../../schema/operations", import.meta.url)).filter((name) => name.endsWith(".graphql"));
    expect(await page.getByRole("tab").count()).toBe(examples.length);
    expect(await page.getByRole("tab").first().textContent()).toMatch("Wallboard");
    await page.getByText("Simulated figures.").waitFor();

    await page.getByRole("button", { name: /execute/i }).click();
    const answer = page.locator(".result-window .view-lines");
    await answer.getByText("contactCenter").waitFor();
    expect(await answer.textContent()).not.toMatch("errors");
    await keepPicture(page, "light");

    const foreign = requested.filter((url) => !url.startsWith(`${app.url}/`) && !/^(blob|data):/.test(url));
    expect(foreign).toEqual([]);
    expect(requested).toContain(`${app.url}/graphql`);
    expect(complaints).toEqual([]);
  });

  it("opens in the dark, with the query of its address in a tab before the examples", async () => {
    const { page, complaints } = await visit(
      `/graphiql/?query=${encodeURIComponent("query Mine { contactCenter { accountId } }")}`,
      "dark",
    );
    const [first, second] = await page.getByRole("tab").allTextContents();
    expect([first, second]).toEqual([expect.stringMatching(/^Mine/), expect.stringMatching(/^Wallboard/)]);
    await page.getByRole("button", { name: /execute/i }).click();
    await page.locator(".result-window .view-lines").getByText("demo").waitFor();
    await keepPicture(page, "dark");
    expect(complaints).toEqual([]);
  });
});

/** For whoever wants to look: SCREENSHOTS names a folder. */
const keepPicture = async (page: Page, name: string): Promise<void> => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
};
