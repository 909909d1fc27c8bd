import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { AxeResults } from "axe-core";
import { SignJWT } from "jose";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Config, configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { type App, startApp } from "../../src/server/app.js";
import { type LiveTime, systemTime } from "../../src/server/live/time.js";
import { createLog } from "../../src/server/log.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The waits between states are a tenth as long as they are for users. */
const hurried: LiveTime = {
  ...systemTime,
  after: (ms, run) => systemTime.after(ms / 10, run),
  monotonic: () => 10 * systemTime.monotonic(),
};

describe.skipIf(missing)(`the wallboard in a browser${reason}`, { timeout: 120_000 }, () => {
  const ending: (() => Promise<unknown>)[] = [];
  let closing: (() => Promise<unknown>)[] = [];
  let wallboardRoot: string;
  let browser: Browser;
  let simulator: Simulator;
  let app: App;
  let config: Config;

  beforeAll(async () => {
    wallboardRoot = await mkdtemp(join(tmpdir(), "wallboard-"));
    ending.push(() => rm(wallboardRoot, { recursive: true }));
    const root = fileURLToPath(new URL("../../examples/wallboard", import.meta.url));
    await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "error", build: { outDir: wallboardRoot } });
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    ending.push(() => browser.close());
  }, 120_000);

  afterAll(async () => {
    for (const end of ending.reverse()) await end();
  });

  beforeEach(async () => {
    // So large that somebody has work at any hour of the week. In the small account nobody does in 39 of 168 hours.
    simulator = await startSimulator({ accounts: [{ id: "demo", agents: 60, conversationsPerDay: 1_500 }] });
    closing.push(() => simulator.close());
    app = await serve();
  });

  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
  });

  /** `read`: the text of a file that a setting names. */
  async function serve(settings: Record<string, string> = {}, read?: () => string): Promise<App> {
    const simulated = { id: "demo", url: simulator.url, bearer: "simulated-token" };
    const fresh = { TTL_SEGMENTS_SECONDS: "1", TTL_KEY_METRICS_SECONDS: "1", TTL_CURRENT_SECONDS: "1", TTL_INTERVALS_SECONDS: "1" };
    const patient = { SOCKET_INIT_SECONDS: "60", SOCKET_HEARTBEAT_SECONDS: "600", LP_MAX_PER_MINUTE: "100000" };
    config = configFrom(
      { PORT: "0", LOG_LEVEL: "silent", STALE_SECONDS: "0", LP_RETRY_PAUSES_SECONDS: "0", ...fresh, ...patient, ...settings },
      simulated,
      read,
    );
    const log = createLog("silent");
    const gateway = await createGateway(config, { warn: (message, error) => log.warn({ err: error }, message) });
    const served = await startApp({ gateway, config, log, liveTime: hurried, graphiqlRoot: "/nonexistent", wallboardRoot });
    closing.push(() => served.stop());
    return served;
  }

  interface Visit {
    page: Page;
    requested: string[];
    complaints: string[];
  }

  interface Screen {
    colorScheme?: "light" | "dark";
    width?: number;
    height?: number;
  }

  async function visit(path = "/wallboard/", { colorScheme = "light", width = 1400, height = 900 }: Screen = {}): Promise<Visit> {
    const page = await browser.newPage({ colorScheme, viewport: { width, height } });
    closing.push(() => page.close());
    page.setDefaultTimeout(60_000); // Beside all other tests a browser can be slow.
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("websocket", (socket) => requested.push(socket.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(app.url + path);
    return { page, requested, complaints };
  }

  const tiles = (page: Page) => page.locator(".tile");
  const shown = async (page: Page) => {
    await tiles(page).first().waitFor();
    await page.locator(".heat td").first().waitFor();
    await page.locator(".agents tbody tr").first().waitFor();
  };
  const light = (page: Page, api: string, state: string | RegExp) =>
    page.getByRole("list", { name: "The platform's APIs" }).getByRole("listitem").filter({ hasText: api }).filter({ hasText: state });

  it("shows every skill with its figures, groups, agents, hours and trends, from this server alone", async () => {
    const { page, requested, complaints } = await visit();
    await shown(page);
    const truth = await ask<{ contactCenter: { skills: { nodes: { name: string }[] } } }>(
      "{ contactCenter { skills { nodes { name } } } }",
    );
    const names = truth.contactCenter.skills.nodes.map(({ name }) => name ?? "Unassigned");
    for (const name of names) await page.getByRole("heading", { level: 3, name }).waitFor();
    expect(await tiles(page).count()).toBe(names.length);
    await page.getByText("Simulated figures.").waitFor();
    for (const api of ["Key metrics", "Skill segments", "Agent segments", "Intervals"]) await light(page, api, /\ds$/).waitFor();
    expect(await page.locator(".chart canvas").count()).toBe(3);
    expect(requested.filter((url) => !url.replace(/^ws/, "http").startsWith(`${app.url}/`) && !/^(blob|data):/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("has a first view of less than 250 kB", async () => {
    const assets = join(wallboardRoot, "assets");
    const files = await Promise.all(
      [...(await readdir(assets)).map((name) => join(assets, name)), join(wallboardRoot, "index.html")].map((file) => readFile(file)),
    );
    expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThan(250_000);
  });

  it("shows a change when it comes", async () => {
    const { page } = await visit();
    await shown(page);
    simulator.fault({ api: "key-metrics", kind: "rewritten", find: '("onlineAgents":)\\s*\\d+', replace: "$1 777" });
    await page.locator(".strip .figure", { hasText: "Online" }).getByText("777").waitFor();
  });

  it("says in the tile and in the light that an API fails, leaves the others, and heals", async () => {
    const { page } = await visit();
    await shown(page);
    simulator.fault({ api: "key-metrics", status: 500 });
    await tiles(page).first().getByText("no answer").waitFor();
    await light(page, "Key metrics", "unavailable").waitFor();
    expect(await tiles(page).count()).toBeGreaterThan(2);
    await light(page, "Agent segments", /\ds$/).waitFor();
    await keepPicture(page, "failed");
    simulator.clearFaults();
    await light(page, "Key metrics", /\ds$/).waitFor();
    await tiles(page)
      .first()
      .getByText(/\ds old$/)
      .waitFor();
    expect(await page.getByText("no answer").count()).toBe(0);
  });

  it("marks figures that the gateway calls stale", async () => {
    app = await serve({ STALE_SECONDS: "600" });
    const { page } = await visit();
    await shown(page);
    simulator.fault({ api: "key-metrics", status: 500 });
    await tiles(page)
      .first()
      .locator(".age-stale")
      .getByText(/stale, \d+s old/)
      .waitFor();
    await light(page, "Key metrics", "late").waitFor();
    await page.locator(".tile.is-stale").first().waitFor();
    expect(await page.locator(".strip dd").first().textContent()).not.toBe("–");
  });

  it("says that the socket is broken, keeps the last figures, and goes on when the gateway is back", async () => {
    const { page } = await visit();
    await shown(page);
    const port = new URL(app.url).port;
    await app.stop();
    await page.getByText("No connection to the gateway.").waitFor();
    expect(await tiles(page).count()).toBeGreaterThan(2);
    app = await serve({ PORT: port });
    await page.getByText("No connection to the gateway.").waitFor({ state: "hidden" });
    simulator.fault({ api: "key-metrics", kind: "rewritten", find: '("onlineAgents":)\\s*\\d+', replace: "$1 888" });
    await page.locator(".strip .figure", { hasText: "Online" }).getByText("888").waitFor();
  });

  it("needs no entry in TRUSTED_DOCUMENTS_FILE where only trusted documents are executed, also after the file was read again", async () => {
    const documents = { h4sh: "{ contactCenter { accountId } }" };
    app = await serve({ TRUSTED_DOCUMENTS: "enforce", TRUSTED_DOCUMENTS_FILE: "documents.json" }, () => JSON.stringify(documents));
    const refused = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ contactCenter { skills { totalCount } } }" }),
    });
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: "DOCUMENT_NOT_TRUSTED" } }] });
    app.renew({ ...config, trustedDocuments: { mode: "enforce", byHash: {} } });
    const { page, complaints } = await visit();
    await shown(page);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Add a threshold on").selectOption("CurrentMetrics.onlineAgents");
    expect(await page.locator(".account").textContent()).toBe("demo");
    expect(complaints).toEqual([]);
  });

  it("stands still while it is paused, and goes on after that", async () => {
    const { page } = await visit();
    await shown(page);
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.click();
    await page.getByText("Paused.").waitFor();
    simulator.fault({ api: "key-metrics", kind: "rewritten", find: '("onlineAgents":)\\s*\\d+', replace: "$1 999" });
    await expect.poll(() => app.live.subscriptions).toBe(0);
    expect(await page.locator(".strip").getByText("999").count()).toBe(0);
    await pause.click();
    await page.locator(".strip .figure", { hasText: "Online" }).getByText("999").waitFor();
  });

  it("is about the group and the skills of its address, and writes them there", async () => {
    const { contactCenter } = await ask<{
      contactCenter: { skills: { nodes: { id: string; name: string }[] }; agentGroups: { nodes: { id: string; name: string }[] } };
    }>("{ contactCenter { skills { nodes { id name } } agentGroups { nodes { id name } } } }");
    const skill = contactCenter.skills.nodes.at(-1)!;
    const group = contactCenter.agentGroups.nodes.at(-1)!;
    const { page } = await visit(`/wallboard?skill=${skill.id}`);
    await page.getByRole("heading", { level: 3, name: skill.name }).waitFor();
    expect(await tiles(page).count()).toBe(1);
    await page.getByRole("combobox", { name: "Group", exact: true }).selectOption({ label: group.name });
    expect(new URL(page.url()).searchParams.toString()).toBe(`group=${group.id}&skill=${skill.id}`);
    await page.locator(".group").first().waitFor();
    expect(await page.locator(".group-name").allTextContents()).toEqual([group.name]);
    await page.goBack();
    await expect.poll(() => page.locator(".group").count()).toBe(contactCenter.agentGroups.nodes.length);
  });

  it("marks what reaches a threshold of the settings, keeps it in the browser, and gives it away as a link", async () => {
    const { page } = await visit();
    await shown(page);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Add a threshold on").selectOption("CurrentMetrics.onlineAgents");
    await page.getByLabel("Online: warning").fill("0");
    await page.getByLabel("Online: critical").fill("0");
    await page.getByLabel("Load: warning").fill("0");
    await page.getByLabel("Load: critical").fill("0");
    await page.getByRole("button", { name: "Copy as a link" }).click();
    await page.getByText(/#thresholds=|in the clipboard/).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    const online = tiles(page).first().locator(".figure", { hasText: "Online" });
    await online.getByText("(critical)").waitFor();
    await page.locator(".group").first().getByText("(critical)").waitFor();
    await page.reload();
    await online.getByText("(critical)").waitFor();

    const kept = await page.evaluate(() => localStorage.getItem("wallboard.thresholds"));
    const { page: other } = await visit(`/wallboard/#${new URLSearchParams({ thresholds: kept! })}`);
    await tiles(other).first().locator(".figure", { hasText: "Online" }).getByText("(critical)").waitFor();
    expect(other.url()).toBe(`${app.url}/wallboard/`);
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await visit();
    await shown(page);
    const reached: string[] = [];
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate(
          () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.slice(0, 12) ?? "",
        ),
      );
    }
    for (const control of ["All skills", "Pause", "Full screen", "Settings", "Table of agents", "Table of skills by hour"])
      expect(reached).toContain(control);
    await page.getByText("All skills", { exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await expect.poll(() => tiles(page).count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.getByRole("group", { name: "Skills to show" }).waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("1 skill");
    await page.getByRole("button", { name: "Settings" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Settings");
  });

  it("asks for a token where one is needed, keeps it nowhere, and asks again when it has expired", async () => {
    const secret = "k".repeat(32);
    app = await serve({ AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "0" });
    const token = (validFor: string) =>
      new SignJWT({ accounts: "*" })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("supervisor")
        .setExpirationTime(validFor)
        .sign(new TextEncoder().encode(secret));
    const { page, requested } = await visit();
    await page.getByLabel("Bearer token").fill(await token("10s"));
    await page.getByRole("button", { name: "Open the wallboard" }).click();
    await shown(page);
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).not.toMatch("eyJ");
    expect(requested.join()).not.toMatch("eyJ");
    await page.getByText("The gateway no longer accepts the credential.").waitFor();
    expect(await tiles(page).count()).toBeGreaterThan(2);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await page.getByLabel("Bearer token").fill(await token("1h"));
    await page.getByRole("button", { name: "Open the wallboard" }).click();
    await shown(page);
  });

  const screens: (Screen & { name: string })[] = [
    { name: "light", colorScheme: "light" },
    { name: "dark", colorScheme: "dark" },
    { name: "phone", width: 390, height: 844 },
    { name: "television", colorScheme: "dark", width: 3840, height: 2160 },
  ];
  it.each(screens)("has no fault that axe finds, and nothing beside the screen: $name", async ({ name, ...screen }) => {
    const { page, complaints } = await visit("/wallboard/", screen);
    await shown(page);
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.width ?? 1400);
    simulator.fault({ api: "skill-segments", status: 500 });
    await tiles(page).first().getByText("no answer").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await keepPicture(page, `settings-${name}`);
    expect(complaints).toEqual([]);
  });

  async function ask<Data>(query: string): Promise<Data> {
    const body = JSON.stringify({ query });
    const response = await fetch(`${app.url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body });
    return ((await response.json()) as { data: Data }).data;
  }
});

async function faultsOf(page: Page): Promise<string[]> {
  // The page's own policy forbids foreign scripts; Playwright puts this one in from outside.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
}

/** For whoever wants to look: SCREENSHOTS names a folder. */
const keepPicture = async (page: Page, name: string): Promise<void> => {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `wallboard-${name}.png`) });
};
