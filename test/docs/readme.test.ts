import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorCodes } from "../../src/errors.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { root, textOf } from "./page.js";
import { follow, type Steps } from "./walk.js";

/** What the page's commands printed. */
async function followed(page: string, steps: Steps) {
  const walk = await follow(page, { inRepository: true, ...steps });
  onTestFinished(() => walk.stop(), 30_000);
  return walk;
}

/** The answers that curl printed, in order. */
const answersIn = (printed: readonly string[]) => printed.flatMap((text) => (text.startsWith('{"') ? [JSON.parse(text)] : []));

describe("Who follows", { timeout: 600_000 }, () => {
  it("README.md has an answer of the simulator, of an account with credentials, and of a gateway that asks for keys", async () => {
    const simulator = await startSimulator({ accounts: [{ id: "acme" }] });
    onTestFinished(() => simulator.close());
    const [account] = simulator.accounts;
    const walk = await followed("README.md", {
      ports: [4000, 4005, 4006],
      only: ({ code }) => !code.includes("npm test"), // .ci/run does that.
      replaced: {
        "export LP_ACCOUNT_ID=your-account": `export LP_CSDS_URL=${simulator.url} LP_ACCOUNT_ID=acme`,
        "your-client": account!.clientId,
        "your-secret": account!.clientSecret,
      },
    });
    const [first, keyed] = answersIn(walk.printed);
    expect(first.data.contactCenter.skills.nodes).toHaveLength(2);
    for (const { name, current } of first.data.contactCenter.skills.nodes) {
      expect([name, current.onlineAgents]).toEqual([expect.any(String), expect.any(Number)]);
    }
    expect(first.extensions.upstream.sent).toBe(2);
    expect(walk.printed.find((text) => text.includes("doctor"))).toMatch(/acme/);
    expect(walk.terminals()).toContain("Serving account acme");

    expect(keyed.data.contactCenter.current.onlineAgents).toEqual(expect.any(Number));
    const url = `http://127.0.0.1:${walk.port(4006)}/graphql`;
    const body = JSON.stringify({ query: "{ contactCenter { accountId } }" });
    const unknown = await fetch(url, { method: "POST", headers: { "content-type": "application/json", "x-api-key": "another" }, body });
    expect(unknown.status).toBe(401);
    const file = await readFile(join(walk.folder, "lp-metrics-gateway/api-keys.yaml"), "utf8");
    expect(file).toMatch(/sha256: [0-9a-f]{64}\n/);
  });

  it("CONTRIBUTING.md switches a fault on, sees it and switches it off, and changes the simulated platform", async () => {
    const walk = await followed("CONTRIBUTING.md", { ports: [4010, 4011], only: ({ code }) => !code.includes("npm test") });
    const [faults = "", platform = ""] = walk.printed;
    expect(faults).toContain(JSON.stringify([{ api: "key-metrics", status: 503, left: null }]));
    expect(platform).toMatch(/"byApi"/);
    const left = await fetch(`http://127.0.0.1:${walk.port(4011)}/faults`);
    expect(await left.json()).toEqual([]);
  });

  it("docs/operations.md serves two accounts", async () => {
    const walk = await followed("docs/operations.md", {
      ports: [4000, 4010, 4011],
      only: ({ heading }) => heading === "Several accounts",
    });
    const [{ data }] = answersIn(walk.printed);
    expect(data.contactCenters).toMatchObject(
      ["east", "west"].map((accountId) => ({ accountId, current: { onlineAgents: expect.any(Number) } })),
    );
  });
});

describe("docs/operations.md", () => {
  const text = textOf("docs/operations.md");

  it("lists every code with whether asking again can help", () => {
    const rows = [...text.matchAll(/^\| \[?`([A-Z_]+)`(?:\]\([^)]*\))? \| .* \| (yes|no) \|$/gm)].map(([, code, retryable]) => [
      code,
      retryable === "yes",
    ]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(errorCodes).map(([code, { retryable }]) => [code, retryable])),
    );
  });

  it("has a row for every setting of .env.example, and for no other", async () => {
    const example = await readFile(join(root, ".env.example"), "utf8");
    const settings = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    const [, table = ""] = /## Settings\n(.*?)\n## /s.exec(text) ?? [];
    const named = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
    );
    expect(named.sort()).toEqual([...new Set(settings)].sort());
  });
});
