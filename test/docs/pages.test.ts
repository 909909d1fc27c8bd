import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSchema, Kind, parse as parseGraphQL, type SelectionSetNode, validate } from "graphql";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { parse as parseYaml } from "yaml";
import { compose } from "../../examples/supergraph/supergraph.js";
import { configFrom } from "../../src/config.js";
import { keys } from "../live/keys.js";
import { liveLine } from "../live/live-line.js";
import { blocksOf, blockWith, root, textOf } from "./page.js";

const sdl = textOf("schema/subgraph.graphql");

describe("A query in", () => {
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const operations = ["README.md", "docs/subscriptions.md"].flatMap((page) =>
    blocksOf(textOf(page)).flatMap(({ heading, language, code }) => (language === "graphql" ? [{ page, heading, code }] : [])),
  );

  it.each(operations)("$page under $heading is valid", ({ code }) => {
    expect(validate(schema, parseGraphQL(code))).toEqual([]);
  });
});

describe("An answer in", () => {
  const answers = ["README.md", "docs/tutorial.md"].flatMap((page) => {
    const blocks = blocksOf(textOf(page));
    return blocks.flatMap(({ heading, language, code }, at) => {
      const asked = blocks.slice(0, at).findLast((block) => /"query": "/.test(block.code));
      return language === "json" ? [{ page, heading, code, query: /"query": "(.*)"/.exec(asked?.code ?? "")?.[1] ?? "" }] : [];
    });
  });

  /** Where the answer has a field that was not asked for, or lacks one. */
  const namesIn = (set: SelectionSetNode | undefined): unknown =>
    set &&
    Object.fromEntries(
      set.selections.flatMap((selection) =>
        selection.kind === Kind.FIELD ? [[selection.name.value, namesIn(selection.selectionSet) ?? true]] : [],
      ),
    );
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return shapeOf(value[0]);
    if (typeof value !== "object" || value === null) return true;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
  };

  it.each(answers)("$page under $heading has the fields of the query before it", ({ code, query }) => {
    const [operation] = parseGraphQL(query).definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("There is no query before it.");
    expect(shapeOf(JSON.parse(code).data)).toEqual(namesIn(operation.selectionSet));
  });
});

describe("docs/federation.md", () => {
  it("extends an entity in a way that composes with the gateway", () => {
    const { code } = blockWith("docs/federation.md", "type Employee");
    const company = code.replace("type Employee", "type Query {\n  employees: [Employee!]!\n}\n\ntype Employee");
    const supergraph = compose([
      { name: "metrics", url: "http://metrics.example", sdl },
      { name: "company", url: "http://company.example", sdl: company },
    ]);
    expect(supergraph).toMatch(/employee: Employee @join__field\(graph: COMPANY\)/);
  });

  it("runs the example, whose one query of 40 agents is one call", { timeout: 60_000 }, () => {
    const [, script = ""] = /npm run (example:\S+)/.exec(blockWith("docs/federation.md", "npm run example").code) ?? [];
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", script], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PORT: "0" },
    });
    expect(stdout + stderr).toMatch(/40 agents: upstream calls = 1/);
    expect(status).toBe(0);
  });
});

describe("docs/subscriptions.md", () => {
  it("connects a client with a key, which gets a state", { timeout: 30_000 }, async () => {
    const line = await liveLine({ environment: { AUTH: "api-key" }, keys: keys({ ada: '"*"' }) });
    const { code } = blockWith("docs/subscriptions.md", "createClient({");
    const program = `${code.replace("ws://127.0.0.1:4000", line.url.replace(/^http/, "ws"))}\nreturn client;`.replace(/^import .*\n/, "");
    const { createClient } = await import("graphql-ws");
    // The page is for browsers, which have a WebSocket; older Node has none.
    const withSocket = (options: Parameters<typeof createClient>[0]) => createClient({ ...options, webSocketImpl: WebSocket });
    const client: ReturnType<typeof createClient> = new Function("createClient", "key", program)(withSocket, "ada");
    onTestFinished(() => client.dispose());
    const states = client.iterate({ query: "subscription { contactCenter { accountId } }" });
    expect((await states.next()).value).toMatchObject({ data: { contactCenter: { accountId: expect.any(String) } } });
  });
});

describe("docs/monitoring.md", () => {
  it.skipIf(!existsSync("/usr/bin/promtool"))("has a configuration that promtool takes", () => {
    const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "token"), "a token");
    const code = blockWith("docs/monitoring.md", "scrape_configs:").code.replace("/etc/prometheus/gateway-token", join(folder, "token"));
    writeFileSync(join(folder, "prometheus.yml"), code);
    expect(execFileSync("/usr/bin/promtool", ["check", "config", join(folder, "prometheus.yml")], { encoding: "utf8" })).toMatch(/SUCCESS/);
  });

  it("has a file of figures that the gateway takes", () => {
    const { code } = blockWith("docs/monitoring.md", "figures:");
    const { metrics } = configFrom(
      { BUSINESS_METRICS_FILE: "figures.yaml", LP_ACCOUNT_ID: "acme1", LP_BEARER_TOKEN: "x" },
      undefined,
      () => code,
    );
    expect(metrics?.business?.sets).toHaveLength(parseYaml(code).figures.length);
  });
});

it("docs/scaling.md has an address of Redis that the gateway takes", () => {
  const [, address = ""] = /REDIS_URL=(\S+)/.exec(blockWith("docs/scaling.md", "REDIS_URL=").code) ?? [];
  expect(configFrom({ REDIS_URL: address, LP_ACCOUNT_ID: "acme1", LP_BEARER_TOKEN: "x" }).redis?.url).toBe(address);
});
