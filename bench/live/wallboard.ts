import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { middle } from "../quantile.js";
import { inherited } from "../speed/helper-process.js";
import { freePort, readyAt } from "../speed/served.js";
import { digits, table } from "../speed/table.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const root = fileURLToPath(new URL("../..", import.meta.url));

const rounds = 3;
const moreViewers = 4;
const watchedMs = 60_000;
const kilobyte = 1_000;

/** The screens on which axe looks for faults. */
const screens: BrowserContextOptions[] = [
  { colorScheme: "light", viewport: { width: 1400, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1400, height: 900 } },
  { viewport: { width: 390, height: 844 } },
  { colorScheme: "dark", viewport: { width: 3840, height: 2160 } },
];

interface Row {
  what: string;
  found: number;
  most?: number;
}

interface View {
  page: Page;
  /** Of all that came over HTTP, as it was compressed. */
  bytes(): number;
}

/** The wallboard as `npm start` serves it, in a browser: how soon figures are there, what it weighs, what it asks of the platform. */
export async function wallboardPage(): Promise<string> {
  const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
  try {
    const figuresMs: number[] = [];
    const allMs: number[] = [];
    let found = { bytes: 0, cold: 0, one: 0, several: 0, violations: 0 };
    for (let round = 0; round < rounds; round++) {
      const { child, url, readyAtMs } = await npmStart();
      try {
        const view = await visit(browser, `${url}/wallboard/`);
        await view.page.waitForFunction(() => /\d/.test(document.querySelector(".tile dd")?.textContent ?? ""));
        figuresMs.push(performance.now() - readyAtMs);
        await whole(view.page);
        allMs.push(performance.now() - readyAtMs);
        if (round === rounds - 1) found = await asked(browser, url, view);
        await view.page.context().close();
      } finally {
        process.kill(-child.pid!, "SIGTERM");
        await once(child, "exit");
      }
    }
    const rows: Row[] = [
      { what: `figures on screen after \`npm start\` was ready, ms, median of ${rounds} starts`, found: middle(figuresMs), most: 2_000 },
      { what: "the same, every panel", found: middle(allMs) },
      { what: "first view, compressed, kB", found: found.bytes / kilobyte, most: 250 },
      { what: "axe violations, light, dark, phone and television", found: found.violations, most: 0 },
      { what: "platform calls until every panel is there", found: found.cold },
      { what: "platform calls in the next minute, one viewer", found: found.one },
      { what: `platform calls in a minute, ${1 + moreViewers} viewers`, found: found.several, most: Math.ceil(1.1 * found.one) },
    ];
    const over = rows.filter(({ found, most }) => most !== undefined && found > most);
    if (over.length > 0) process.exitCode = 1;
    return [
      table(
        ["", "measured", "limit"],
        rows.map(({ what, found, most }) => [
          what,
          Number.isInteger(found) ? `${found}` : digits(found),
          most === undefined ? "-" : `${most}`,
        ]),
      ),
      ...over.map(({ what }) => `\nOver its limit: ${what}.`),
    ].join("\n");
  } finally {
    await browser.close();
  }
}

/** What one viewer and several ask of the platform, and what axe says of the page. */
async function asked(browser: Browser, url: string, view: View) {
  const bytes = view.bytes();
  const cold = await platformCalls(url);
  await pause(watchedMs);
  const one = (await platformCalls(url)) - cold;
  const more = await Promise.all(Array.from({ length: moreViewers }, () => visit(browser, `${url}/wallboard/`)));
  for (const { page } of more) await whole(page);
  const before = await platformCalls(url);
  await pause(watchedMs);
  const several = (await platformCalls(url)) - before;
  for (const { page } of more) await page.context().close();
  let violations = 0;
  for (const screen of screens) {
    const { page } = await visit(browser, `${url}/wallboard/`, screen);
    await whole(page);
    await page.evaluate(axe);
    const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
    violations += results.violations.length;
    await page.context().close();
  }
  return { bytes, cold, one, several, violations };
}

/** As the README says, with the simulator. */
async function npmStart(): Promise<{ child: ChildProcess; url: string; readyAtMs: number }> {
  const port = await freePort();
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: inherited({ PORT: String(port), METRICS: "true", LOG_LEVEL: "silent" }),
    stdio: ["ignore", "ignore", "inherit"],
    // npm, the gateway and the simulator end together.
    detached: true,
  });
  return { child, url: `http://127.0.0.1:${port}`, readyAtMs: await readyAt("npm start", child, port, "/readyz") };
}

async function visit(browser: Browser, url: string, screen: BrowserContextOptions = {}): Promise<View> {
  const page = await (await browser.newContext(screen)).newPage();
  let bytes = 0;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: "commit" });
  return { page, bytes: () => bytes };
}

async function whole(page: Page): Promise<void> {
  for (const part of [".heat td", ".agents tbody tr", ".group", ".chart canvas"]) await page.locator(part).first().waitFor();
}

async function platformCalls(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^lp_gateway_upstream_exchanges_total\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}
