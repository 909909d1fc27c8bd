import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { follow, type Walk } from "./walk.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";

/** Null where the agent had no segment in the window: the simulated agents have nights and days off. */
type Segments = { totalAgentConversationSegments: number } | null;

describe("Who follows docs/tutorial.md in an empty folder", { timeout: 60_000 }, () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await follow("docs/tutorial.md", { ports: [4000, 4001, 4002, 5173] });
  }, 600_000);
  afterAll(() => walk?.stop(), 30_000);

  /** The answers of the commands that ask by curl, in order. */
  const answers = () => walk.printed.flatMap((text) => (text.startsWith('{"data"') ? [JSON.parse(text)] : []));

  it("gets a figure of one agent from the gateway", () => {
    const { name, segments } = answers()[0].data.contactCenter.agent;
    expect(name).toBe("Greta Silva");
    if (segments) expect(segments).toMatchObject({ asOf: expect.any(String), totalAgentConversationSegments: expect.any(Number) });
  });

  it("gets employees of the company with figures of the gateway through the router, for one call to the platform", async () => {
    const { employees } = answers()[1].data as { employees: { fullName: string; agent: { segments: Segments } }[] };
    expect(employees.map(({ fullName }) => fullName)).toEqual(["Mio Petrov", "Bela Levi", "Greta Silva"]);
    const query =
      "{ contactCenter { agents(ids: [1000, 1001, 1002]) { nodes { segments(lastMinutes: 720) { totalAgentConversationSegments } } } } }";
    const response = await fetch(`http://127.0.0.1:${walk.port(4000)}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data: { contactCenter: { agents: { nodes: { segments: Segments }[] } } } };
    const isThere = ({ segments }: { segments: Segments }) => segments !== null;
    expect(employees.map(({ agent }) => isThere(agent))).toEqual(data.contactCenter.agents.nodes.map(isThere));
    const calls = [...walk.terminals().matchAll(/"operation":null.*"calls":(\d+)/g)].map(([, count]) => Number(count));
    expect(calls.filter((count) => count > 0)[1]).toBe(1);
  });

  it.skipIf(missing)(`sees them on the dashboard${reason}`, async () => {
    const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`http://localhost:${walk.port(5173)}/`);
    await page.locator("tr").first().waitFor({ timeout: 40_000 });
    expect(complaints).toEqual([]);
    const rows = await page.locator("tr").allTextContents();
    expect(rows).toEqual(
      ["Mio Petrov", "Bela Levi", "Greta Silva"].map((name) => expect.stringMatching(new RegExp(`^${name}(\\d+ %|no figure)`))),
    );
  });
});
