import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { type App, startApp } from "../../src/server/app.js";
import { createLog } from "../../src/server/log.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";

it.runIf(process.env.GATEWAY_REQUIRE_BROWSER === "1")("there is a browser where one is demanded", () => {
  expect(missing, `There is no Chromium at ${executablePath}.`).toBe(false);
});

describe.skipIf(missing)(`GraphiQL in a browser${reason}`, { timeout: 120_000 }, () => {
  const closing: (() => Promise<unknown>)[] = [];
  let graphiqlRoot: string;
  let simulator: Simulator;
  let app: App;
  let browser: Browser;

  beforeAll(async () => {
    graphiqlRoot = await mkdtemp(join(tmpdir(), "graphiql-"));
    closing.push(() => rm(graphiqlRoot, { recursive: true }));
    const root = fileURLToPath(new URL("../../graphiql", import.meta.url));
    await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "error", build: { outDir: graphiqlRoot } });

    simulator = await startSimulator();
    closing.push(() => simulator.close());
    app = await serve({});

    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    closing.push(() => browser.close());
  }, 120_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  async function serve(settings: Record<string, string>, read?: () => string): Promise<App> {
    const simulated = { id: "demo", url: simulator.url, bearer: "simulated-token" };
    const config = configFrom({ PORT: "0", LOG_LEVEL: "silent", ...settings }, simulated, read);
    const log = createLog("silent");
    const gateway = await createGateway(config, { warn: (message, error) => log.warn({ err: error }, message) });
    const served = await startApp({ gateway, config, log, graphiqlRoot });
    closing.push(() => served.stop());
    return served;
  }

  interface Visit {
    page: Page;
    requested: string[];
    complaints: string[];
  }

  async function visit(
    path: string,
    { url = app.url, colorScheme = "light", width = 1400 }: { url?: string; colorScheme?: "light" | "dark"; width?: number } = {},
  ): Promise<Visit> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    closing.push(() => page.close());
    page.setDefaultTimeout(90_000); // Beside all other tests a browser can be slow to start.
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("websocket", (socket) => requested.push(socket.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(url + path);
    return { page, requested, complaints };
  }

  const editor = (page: Page) => page.locator(".graphiql-container .graphiql-query-editor .view-lines");
  const run = async (page: Page, expected: string): Promise<string | null> => {
    await page.getByRole("button", { name: /execute/i }).click();
    const answer = page.locator(".result-window .view-lines");
    await answer.getByText(expected).first().waitFor();
    return answer.textContent();
  };

  it("opens from / with one tab for each example, says that figures are simulated, and runs the first example", async () => {
    const { page, requested, complaints } = await visit("/");
    await editor(page).waitFor();
    expect(page.url()).toBe(`${app.url}/graphiql/`);
    expect(await page.title()).toBe("LivePerson metrics gateway · GraphiQL");
    const examples = ["operations", "subscriptions"].flatMap((folder) => readdirSync(new URL(`../../schema/${folder}`, import.meta.url)));
    expect(await page.getByRole("tab").count()).toBe(examples.length);
    expect(await page.getByRole("tab").first().textContent()).toMatch("Wallboard");
    for (const tab of await page.getByRole("tab").all()) expect((await tab.boundingBox())?.x).toBeLessThan(1400);
    await page.locator(".graphiql-editor .view-line").nth(30).waitFor(); // The query is longer than the page, which does not scroll.
    expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
    await page.getByText("Simulated figures.").waitFor();

    expect(await run(page, "contactCenter")).not.toMatch("errors");
    await keepPicture(page, "light");

    const foreign = requested.filter((url) => !url.startsWith(`${app.url}/`) && !/^(blob|data):/.test(url));
    expect(foreign).toEqual([]);
    expect(requested).toContain(`${app.url}/graphql`);
    expect(complaints).toEqual([]);
  });

  it("opens in the dark, with the query of its address in a tab before the examples", async () => {
    const { page, complaints } = await visit(`/graphiql/?query=${encodeURIComponent("query Mine { contactCenter { accountId } }")}`, {
      colorScheme: "dark",
    });
    await editor(page).waitFor();
    const [first, second] = await page.getByRole("tab").allTextContents();
    expect([first, second]).toEqual([expect.stringMatching(/^Mine/), expect.stringMatching(/^Wallboard/)]);
    await run(page, "demo");
    await keepPicture(page, "dark");
    expect(complaints).toEqual([]);
  });

  it("shows the tab that was chosen before the editor was there, and runs its subscription", async () => {
    const { page } = await visit("/graphiql/");
    await page.getByRole("tab", { name: /^Live/ }).click();
    await editor(page).getByText("subscription Live").waitFor();
    expect(await run(page, "unassignedConversations")).not.toMatch("errors");
    await page.getByRole("button", { name: /stop/i }).click();
  });

  it("runs a subscription over a socket of the gateway, with the credential that was given, and shows each state", async () => {
    const text = `keys:\n  - { name: wall, sha256: ${createHash("sha256").update("k3y").digest("hex")}, accounts: "*", explain: false, conversations: false }`;
    const settings = { AUTH: "api-key", API_KEYS_FILE: "keys.yaml", TTL_CURRENT_SECONDS: "2" };
    const { url } = await serve(settings, () => text);
    const subscription = "subscription Mine { contactCenter(everySeconds: 2) { current { asOf } } }";
    const { page, requested } = await visit(`/graphiql/?query=${encodeURIComponent(subscription)}`, { url });
    await page.getByLabel("API key").fill("k3y");
    await page.getByRole("button", { name: "Open GraphiQL" }).click();
    await editor(page).waitFor();
    const states = new Set<string | null>();
    states.add(await run(page, "asOf"));
    while (states.size < 3) states.add(await page.locator(".result-window .view-lines").textContent());
    expect(requested).toContain(`${url.replace("http", "ws")}/graphql`);
    await page.getByRole("button", { name: /stop/i }).click();
  });

  it("shows query and answer one below the other on a telephone", async () => {
    const { page, complaints } = await visit("/graphiql/", { width: 390 });
    await editor(page).waitFor();
    await run(page, "contactCenter");
    await keepPicture(page, "telephone");
    const [query, answer] = await Promise.all([".graphiql-query-editor", ".result-window"].map((pane) => page.locator(pane).boundingBox()));
    for (const pane of [query, answer]) {
      expect(pane?.width).toBeGreaterThan(300);
      expect(pane?.height).toBeGreaterThan(200);
    }
    expect(answer?.y).toBeGreaterThan((query?.y ?? 0) + (query?.height ?? 0) - 1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const explorer = page.getByRole("button", { name: /documentation explorer/i });
    await explorer.click();
    expect((await page.locator(".graphiql-plugin").boundingBox())?.width).toBeGreaterThan(350);
    await keepPicture(page, "telephone-explorer");
    await explorer.click();
    expect(await page.locator(".graphiql-query-editor").boundingBox()).toEqual(query);
    expect(complaints).toEqual([]);
  });

  it("opens its explorer with what the schema says of itself, line by line", async () => {
    const { page } = await visit("/graphiql/");
    await editor(page).waitFor();
    await page.getByRole("button", { name: /documentation explorer/i }).click();
    const lines = page.locator(".graphiql-doc-explorer li");
    await lines.getByText(/^Units: every time is in milliseconds/).waitFor();
    await lines.getByText(/^Time zone: all instants are UTC/).waitFor();
    await keepPicture(page, "explorer");
  });

  it("counts equal errors of the answer once below it, and none where there are none", async () => {
    const query =
      "query Failing { contactCenter { skills(ids: [1, 2, 3, 4, 5]) { nodes { keyMetrics(lastMinutes: 0) { csat } } } current(skillIds: [x]) { asOf } } }";
    const { page } = await visit(`/graphiql/?query=${encodeURIComponent(query.replace("[x]", '["x"]'))}`);
    await editor(page).waitFor();
    await run(page, "errors");
    const counts = page.getByLabel("Errors of the answer");
    await counts.getByText("6 fields failed").waitFor();
    expect(await counts.getByRole("listitem").allTextContents()).toEqual([
      "5 × BAD_USER_INPUT lastMinutes must be between 1 and 1440, but is 0.",
      expect.stringMatching(/^1 × BAD_USER_INPUT skillIds must be an id of 1 to 19 digits/),
    ]);
    await keepPicture(page, "errors");
    await page.getByRole("tab").nth(1).click();
    await run(page, "contactCenter");
    expect(await counts.count()).toBe(0);
  });

  it("has examples of the first account where several can be read", async () => {
    const accounts = "accounts: [{ id: demo, credentials: { bearer: env:TOKEN } }, { id: other, credentials: { bearer: env:TOKEN } }]";
    const { url } = await serve({ ACCOUNTS_FILE: "accounts.yaml", TOKEN: "simulated-token", LP_CSDS_URL: simulator.url }, () => accounts);
    const { page } = await visit("/graphiql/", { url });
    await editor(page).waitFor();
    const answer = await run(page, "contactCenter");
    expect(answer).toMatch("unassignedConversations");
    expect(answer).not.toMatch("errors");
  });

  it("asks for an API key where one is needed, says when it is not taken, and then sends it from every tab and for the schema", async () => {
    const sha256 = createHash("sha256").update("wallboard-key").digest("hex");
    const keys = `keys: [{ name: wallboard, sha256: ${sha256}, accounts: [demo] }]`;
    const { url } = await serve({ AUTH: "api-key", API_KEYS_FILE: "keys.yaml" }, () => keys);
    const { page, requested } = await visit("/graphiql/", { url });
    const field = page.getByLabel("API key");
    await field.fill("wrong-key");
    await keepPicture(page, "entrance");
    await page.getByRole("button", { name: "Open GraphiQL" }).click();
    await page.getByRole("alert").getByText("The gateway does not accept this API key.").waitFor();
    await field.fill("wallboard-key");
    await field.press("Enter");

    await editor(page).waitFor();
    expect(await run(page, "contactCenter")).not.toMatch("errors");
    await page.getByRole("tab").nth(1).click();
    expect(await run(page, "contactCenter")).not.toMatch("errors");
    await page.getByRole("button", { name: /documentation explorer/i }).click();
    await page.getByText("Root Types").waitFor();
    expect(requested.join()).not.toMatch("wallboard-key");
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
    expect(kept).not.toMatch("wallboard-key");
    await keepPicture(page, "entered");
  });

  it("asks for a bearer token where one is needed, and takes it with or without the word Bearer", async () => {
    const secret = "k".repeat(32);
    const { url } = await serve({ AUTH: "jwt", JWT_SECRET: secret });
    const claims = new SignJWT({ accounts: "*" }).setProtectedHeader({ alg: "HS256" }).setSubject("a").setExpirationTime("1h");
    const token = await claims.sign(new TextEncoder().encode(secret));
    for (const given of [token, `Bearer ${token}`]) {
      const { page } = await visit("/graphiql/", { url });
      await page.getByLabel("Bearer token").fill(given);
      await page.getByRole("button", { name: "Open GraphiQL" }).click();
      await editor(page).waitFor();
      expect(await run(page, "contactCenter")).not.toMatch("errors");
    }
  });
});

/** For whoever wants to look: SCREENSHOTS names a folder. */
const keepPicture = async (page: Page, name: string): Promise<void> => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
};
