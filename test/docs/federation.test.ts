import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { startCompany } from "../../examples/supergraph/company.js";
import { compose } from "../../examples/supergraph/supergraph.js";
import { metricsSdl } from "../federation/supergraph.js";
import { startLine } from "../support/line.js";
import { blocksOf, root, textOf } from "./page.js";
import { apolloRouter } from "./routers/apollo-router.js";
import { composeInput } from "./routers/cosmo-compose.js";
import { hiveRouter } from "./routers/hive-router.js";

const page = "docs/federation.md";
const under = (heading: string, language: string) =>
  blocksOf(textOf(page)).filter((block) => block.heading === heading && block.language === language);
const secret = "s3cret";

const cosmoSchema = JSON.parse(await readFile(join(root, "test/docs/routers/cosmo-router-0.341.schema.json"), "utf8"));
const cosmo = new Ajv2020({ strict: false, validateFormats: false }).compile(cosmoSchema);
/** What each router says against a configuration of the page; undefined where nothing. */
const judges: Record<string, (configuration: unknown) => unknown> = {
  "router.yaml": (configuration) => apolloRouter.safeParse(configuration).error?.issues,
  "router.config.yaml": (configuration) => hiveRouter.safeParse(configuration).error?.issues,
  "config.yaml": (configuration) => (cosmo(configuration) ? undefined : cosmo.errors),
  "graph.yaml": (configuration) => composeInput.safeParse(configuration).error?.issues,
};

describe(page, () => {
  const configurations = ["Apollo Router", "Hive Router", "Cosmo Router"].flatMap((heading) => under(heading, "yaml"));

  it.each(configurations)("under $heading, $file: holds only keys and values that the router knows", ({ file = "", code }) => {
    expect(judges[file]?.(parse(code))).toBeUndefined();
  });

  it("has each configuration in a file that a router reads", () => {
    expect(configurations.map(({ file }) => file)).toEqual([
      ...["router.yaml", "router.yaml", "router.config.yaml", "router.config.yaml", "config.yaml", "graph.yaml"],
    ]);
  });

  it.each([
    ["config.yaml", { response_cache: { enabled: true } }],
    ["config.yaml", { security: { cost_control: { enabled: true } } }],
    ["router.config.yaml", { demand_control: { enabled: true, operation_cost: { mode: "measure", max: 1000 } } }],
    ["router.yaml", { demand_control: { enabled: true, mode: "measured", strategy: { static_estimated: { list_size: 50, max: 1 } } } }],
    ["graph.yaml", { version: 1, subgraphs: [{ name: "metrics", subscription: { protocol: "wss" } }] }],
  ])("would find a mistake in %s: %j", (file, configuration) => {
    expect(judges[file]?.(configuration)).not.toBeUndefined();
  });
});

describe(`The configuration of Hive Gateway in ${page}`, { timeout: 60_000 }, () => {
  const [block] = under("Hive Gateway", "ts");
  const code = block?.code ?? "";

  /** A folder inside the repository, so that its packages are found, with the block and a `defineConfig`. */
  async function folderWith(files: Record<string, string>): Promise<string> {
    const cache = join(root, "node_modules/.cache");
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, "hive-gateway-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    return folder;
  }

  it.each([
    ["the page's own", code, /^$/],
    ["one with a misspelt setting", code.replace("maxCost", "maxCosts"), /maxCosts/],
  ])("is held against the types of Hive Gateway's own settings: %s", async (_, text, complaint) => {
    const folder = await folderWith({
      "gateway.config.ts": text,
      "hive-gateway.ts":
        'import type { GatewayConfigSupergraph } from "@graphql-hive/gateway-runtime";\n' +
        "export const defineConfig = (config: Partial<GatewayConfigSupergraph>) => config;\n",
      "tsconfig.json": JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: { paths: { "@graphql-hive/gateway": ["./hive-gateway.ts"] }, allowImportingTsExtensions: true },
        include: ["gateway.config.ts"],
      }),
    });
    const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    expect(stdout).toMatch(complaint);
  });

  it("hands the caller's headers and the secret of the router on, to this subgraph alone", async () => {
    process.env.ROUTER_SECRET = secret;
    onTestFinished(() => void delete process.env.ROUTER_SECRET);
    const folder = await folderWith({
      "gateway.config.ts": code.replace("@graphql-hive/gateway", "./hive-gateway.js"),
      "hive-gateway.js": "export const defineConfig = (config) => config;\n",
    });
    const { gatewayConfig } = await import(join(folder, "gateway.config.ts"));
    const line = await startLine({}, { ROUTER_SECRET: secret });
    onTestFinished(() => line.stop());
    const [agent = ""] = line.simulator.truth("demo").agents.map(({ id }) => id);
    const employee = { number: "1", team: "1", agent: { accountId: "demo", id: agent } };
    const company = await startCompany({ employees: [employee], orders: [] });
    onTestFinished(() => company.stop());
    const supergraph = compose([
      { name: "metrics", url: `${line.url}/graphql`, sdl: metricsSdl },
      { name: "company", url: company.url, sdl: textOf("examples/supergraph/company.graphql") },
    ]);
    const runtime = createGatewayRuntime({ ...gatewayConfig, supergraph, logging: "error" });
    onTestFinished(() => runtime[Symbol.asyncDispose]());
    const response = await runtime.fetch("http://router.example/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ employees { agent { id segments(lastMinutes: 60) { asOf } } } }" }),
    });
    const answer = z.object({ data: z.object({ employees: z.array(z.object({ agent: z.object({ id: z.string() }) })) }) });
    const { data } = answer.parse(await response.json());
    expect(data.employees).toMatchObject([{ agent: { id: agent } }]);
    const handedOn = gatewayConfig.propagateHeaders.fromClientToSubgraphs;
    const request = new Request("http://router.example", { headers: { "x-api-key": "of the caller", "x-router-secret": "guessed" } });
    expect(handedOn({ request, subgraphName: "metrics" })).toMatchObject({ "x-api-key": "of the caller", "x-router-secret": secret });
    expect(handedOn({ request, subgraphName: "company" })).toEqual({});
  });
});
