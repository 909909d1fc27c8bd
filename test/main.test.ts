import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startSimulator } from "../src/simulator/simulator.js";
import { build, lives, start } from "./built-program.js";

const slow = { timeout: 60_000 };
let folder: string;
beforeAll(async () => {
  folder = await build();
}, 120_000);

const serving = /Serving account (\w+) on (http:\/\/[\d.]+:\d+)\/graphql/;
const simulatorProcess = /The simulator \(process (\d+)\) listens on (http:\/\/[\d.]+:\d+)/;

async function ask(url: string, query: string) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  const body = (await response.json()) as {
    data: { contactCenter: Record<string, unknown> };
    errors?: unknown;
    extensions: Record<string, unknown>;
  };
  return { headers: response.headers, ...body };
}

describe("serve", () => {
  it("without settings serves account demo from a simulator of its own, says so first, and stops both on SIGTERM", slow, async () => {
    const program = start(folder, ["serve"], { PORT: "0" });
    const [, account, url = ""] = await program.said(serving);
    expect(account).toBe("demo");
    expect(program.output().split("\n")[0]).toMatch("SIMULATED FIGURES");
    const pid = Number(simulatorProcess.exec(program.output())?.[1]);
    expect(lives(pid)).toBe(true);

    const { headers, data, errors, extensions } = await ask(
      url,
      "{ contactCenter { skills(first: 3) { nodes { id name current { assignedConversations } } } } }",
    );
    expect(headers.get("x-gateway-simulated")).toBe("true");
    expect(errors).toBeUndefined();
    expect(data.contactCenter.skills).toEqual({
      nodes: Array(3).fill({
        id: expect.any(String),
        name: expect.toSatisfy((name) => name === null || typeof name === "string"),
        current: expect.anything(),
      }),
    });
    expect(extensions.freshness).toEqual({ oldestAsOf: expect.stringMatching(/Z$/), stale: false });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    await vi.waitFor(() => expect(lives(pid)).toBe(false), { timeout: 10_000 });
  });

  it("without REDIS_URL loads nothing of Redis and says nothing of it", slow, async () => {
    const coverage = mkdtempSync(join(tmpdir(), "gateway-loaded-"));
    onTestFinished(() => rmSync(coverage, { recursive: true, force: true }));
    const program = start(folder, ["serve"], { PORT: "0", NODE_V8_COVERAGE: coverage });
    const [, , url] = await program.said(serving);
    expect(await (await fetch(`${url}/readyz`)).json()).not.toHaveProperty("redis");
    program.process.kill("SIGTERM");
    await program.ended;
    const reports = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
    const loaded = reports.flatMap((report) => (JSON.parse(report).result as { url: string }[]).map((script) => script.url));
    expect(loaded.filter((file) => /dist\/server\/gateway\.js/.test(file))).not.toEqual([]);
    expect(readdirSync(join(folder, "dist/server"))).toContain("replicas.js");
    expect(loaded.filter((file) => /dist\/server\/replicas\.js/.test(file))).toEqual([]);
  });

  it("serves a configured account without calling its figures simulated", slow, async () => {
    const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
    onTestFinished(() => simulator.close());
    const settings = {
      PORT: "0",
      LP_ACCOUNT_ID: "le1",
      LP_CSDS_URL: simulator.url,
      LP_BEARER_TOKEN: "simulated-token",
      NODE_ENV: "production",
    };
    const program = start(folder, [], settings);
    const [, account, url = ""] = await program.said(serving);
    expect(account).toBe("le1");
    const { headers, data } = await ask(url, "{ contactCenter { accountId current { onlineAgents } } }");
    expect(headers.has("x-gateway-simulated")).toBe(false);
    expect(data.contactCenter).toEqual({ accountId: "le1", current: { onlineAgents: expect.any(Number) } });
    program.process.kill("SIGINT");
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toMatch("simulated-token");
  });

  it("warns at its start of names that are probably misspelt, and serves all the same", slow, async () => {
    const settings = { PORT: "0", LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "t", LP_CSDS_URL: "http://127.0.0.1:9" };
    const program = start(folder, [], { ...settings, LP_SORCE: "s3cret", LP_TOKEN: "s3cret" });
    await program.said(serving);
    const warnings = program.output().split("\n").slice(0, 2);
    expect(warnings.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, msg: "LP_SORCE is set, but is no setting: is LP_SOURCE meant?" },
      { level: 40, msg: expect.stringMatching(/^LP_TOKEN is set, but no setting/) },
    ]);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toMatch("s3cret");
  });

  it("reads the files of keys again at SIGHUP, and goes on as before when they are wrong", slow, async () => {
    const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
    onTestFinished(() => simulator.close());
    const file = join(folder, "keys.yaml");
    const write = (...keys: string[]) => {
      const lines = keys.map((key) => `  - { name: ${key}, sha256: ${createHash("sha256").update(key).digest("hex")}, accounts: [le1] }`);
      writeFileSync(file, ["keys:", ...lines, ""].join("\n"));
    };
    write("ada", "bob");
    const account = { LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, LP_BEARER_TOKEN: "simulated-token" };
    const program = start(folder, [], { PORT: "0", ...account, AUTH: "api-key", API_KEYS_FILE: file });
    const [, , url = ""] = await program.said(serving);
    const statusFor = async (key: string) => {
      const headers = { "content-type": "application/json", "x-api-key": key };
      return (await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query: "{ __typename }" }) })).status;
    };
    expect([await statusFor("ada"), await statusFor("ada"), await statusFor("bob")]).toEqual([200, 200, 200]);
    write("bob");
    program.process.kill("SIGHUP");
    await program.said(/were read again/);
    expect([await statusFor("ada"), await statusFor("bob")]).toEqual([401, 200]);
    writeFileSync(file, "keys: s3cret");
    program.process.kill("SIGHUP");
    await program.said(/everything stays as it was/);
    await program.said(/keys must be a list/);
    expect([await statusFor("ada"), await statusFor("bob")]).toEqual([401, 200]);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toMatch("s3cret");
  });

  it("finishes what runs before it stops", slow, async () => {
    const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
    onTestFinished(() => simulator.close());
    const program = start(folder, ["serve"], {
      PORT: "0",
      LP_ACCOUNT_ID: "le1",
      LP_CSDS_URL: simulator.url,
      LP_BEARER_TOKEN: "simulated-token",
    });
    const [, , url = ""] = await program.said(serving);
    simulator.fault({ api: "key-metrics", kind: "slow-headers", afterMs: 1500 });
    const asked = ask(url, "{ contactCenter { current { onlineAgents } } }");
    await vi.waitFor(() => expect(simulator.requests().some(({ path }) => path.includes("manager_workspace"))).toBe(true), {
      timeout: 10_000,
    });
    program.process.kill("SIGTERM");
    await program.said(/finishing what runs/);
    expect((await asked).data.contactCenter.current).toEqual({ onlineAgents: expect.any(Number) });
    expect(await program.ended).toBe(0);
  });

  /** A program that waits for an answer of the platform that never comes. */
  async function waiting(environment: Record<string, string> = {}) {
    const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
    onTestFinished(() => simulator.close());
    const settings = { PORT: "0", LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, LP_BEARER_TOKEN: "simulated-token" };
    const program = start(folder, ["serve"], { ...settings, ...environment });
    const [, , url = ""] = await program.said(serving);
    simulator.fault({ api: "key-metrics", kind: "hang" });
    const asked = ask(url, "{ contactCenter { current { onlineAgents } } }");
    await vi.waitFor(() => expect(simulator.requests().some(({ path }) => path.includes("manager_workspace"))).toBe(true), {
      timeout: 10_000,
    });
    return { program, asked };
  }

  it("says nothing of a platform that has not answered yet when it is stopped", slow, async () => {
    const silent = createServer(() => undefined);
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const asked = new Promise((resolve) => silent.once("request", resolve));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const account = { LP_ACCOUNT_ID: "le1", LP_CSDS_URL: `http://127.0.0.1:${port}`, LP_BEARER_TOKEN: "token" };
    const program = start(folder, ["serve"], { PORT: "0", ...account });
    await Promise.all([program.said(serving), asked]);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toMatch(/Domain look-up/);
  });

  it("ends at once on a second signal, with exit code 1", slow, async () => {
    const { program, asked } = await waiting({ REQUEST_DEADLINE_MS: "60000" });
    const lost = expect(asked).rejects.toThrow();
    program.process.kill("SIGTERM");
    await program.said(/SIGTERM: finishing what runs/);
    program.process.kill("SIGINT");
    expect(await program.ended).toBe(1);
    await lost;
  });

  it(
    "answers on SIGTERM each request that waits for a platform that hangs, stale where it can, and ends with exit code 0",
    slow,
    async () => {
      const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
      onTestFinished(() => simulator.close());
      const program = start(folder, ["serve"], {
        ...{ PORT: "0", LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, LP_BEARER_TOKEN: "simulated-token" },
        ...{ DRAIN_SECONDS: "0", REQUEST_DEADLINE_MS: "4000", TTL_CURRENT_SECONDS: "0" },
      });
      const [, , url = ""] = await program.said(serving);
      const stored = "{ contactCenter { current { onlineAgents stale } } }";
      expect((await ask(url, stored)).errors).toBeUndefined();
      simulator.fault({ api: "key-metrics", kind: "hang" });
      simulator.fault({ api: "agent-segments", kind: "hang" });
      const known = simulator.requests().length;
      const both = [ask(url, stored), ask(url, "{ contactCenter { agentSegments { totalAgentConversationSegments } } }")];
      await vi.waitFor(() => expect(simulator.requests().length).toBe(known + 2), { timeout: 10_000 });
      program.process.kill("SIGTERM");
      const [stale, failed] = await Promise.all(both);
      expect(stale?.data).toMatchObject({ contactCenter: { current: { stale: true } } });
      const code = expect.stringMatching(/^UPSTREAM_(TIMEOUT|UNAVAILABLE)$/);
      expect(failed?.errors).toMatchObject([{ path: ["contactCenter", "agentSegments"], extensions: { code } }]);
      expect(await program.ended).toBe(0);
    },
  );

  it("finishes what runs after an error that nothing caught, logs it, and ends with exit code 1", slow, async () => {
    const bug = "process.on('SIGUSR2', () => { throw new Error('b00m') })";
    const { program, asked } = await waiting({
      REQUEST_DEADLINE_MS: "3000",
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(bug)}`,
    });
    program.process.kill("SIGUSR2");
    await program.said(/b00m(.|\n)*finishing what runs/);
    expect((await asked).errors).toMatchObject([{ extensions: { code: "UPSTREAM_TIMEOUT" } }]);
    expect(await program.ended).toBe(1);
  });

  it("ends with a plain sentence when its simulator dies", slow, async () => {
    const program = start(folder, ["serve"], { PORT: "0" });
    await program.said(serving);
    process.kill(Number(simulatorProcess.exec(program.output())?.[1]), "SIGKILL");
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch("The simulator ended unexpectedly (SIGKILL): without it there is nothing to serve.");
  });

  it("starts its simulator under node --watch, which has every process report the files that it loads", slow, async () => {
    const program = start(folder, ["serve"], { PORT: "0", WATCH_REPORT_DEPENDENCIES: "1" });
    await program.said(serving);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });

  it("takes its simulator along when it is killed", slow, async () => {
    const program = start(folder, ["serve"], { PORT: "0" });
    await program.said(serving);
    const pid = Number(simulatorProcess.exec(program.output())?.[1]);
    program.process.kill("SIGKILL");
    await vi.waitFor(() => expect(lives(pid)).toBe(false), { timeout: 10_000 });
  });

  it("says in one sentence that the platform refuses its credentials, is not ready, and shows no secret", slow, async () => {
    const simulator = await startSimulator({ accounts: [{ id: "le1" }] });
    onTestFinished(() => simulator.close());
    const credentials = { LP_CLIENT_ID: "app", LP_CLIENT_SECRET: "wr0ng" };
    const program = start(folder, ["serve"], { PORT: "0", LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, ...credentials });
    await program.said(
      /"Account le1: Token service: the platform refused the client credentials \(\d+\)\. Check client id and client secret\."/,
    );
    const [, , url = ""] = await program.said(serving);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output()).not.toMatch(/wr0ng|at .*\.js/);
  });

  it("says in one sentence that its port is taken", slow, async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await vi.waitFor(() => expect(other.listening).toBe(true));
    const { port } = other.address() as AddressInfo;
    const program = start(folder, ["serve"], { PORT: String(port), LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "t" });
    expect(await program.ended).toBe(1);
    expect(program.output()).toBe(
      `Port ${port} at 127.0.0.1 is in use by another program: set PORT to another one, or to 0 for any that is free.\n`,
    );
  });

  it("refuses wrong settings with one line each, and starts nothing", slow, async () => {
    const program = start(folder, ["serve"], { PORT: "x", NODE_ENV: "production" });
    expect(await program.ended).toBe(1);
    expect(program.output().trim().split("\n")).toEqual([
      'PORT must be a whole number from 0 to 65535, but is "x".',
      "LP_ACCOUNT_ID must be set when NODE_ENV is production, but is unset: simulated figures are never served in production.",
    ]);
  });
});

describe("the other commands", () => {
  it("schema writes the SDL of the subgraph", slow, async () => {
    const program = start(folder, ["schema", "-"]);
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe(readFileSync(new URL("../schema/subgraph.graphql", import.meta.url), "utf8"));
  });

  it("schema says where it wrote the SDL, and why when it could not", slow, async () => {
    const file = join(folder, "written.graphql");
    const program = start(folder, ["schema", file]);
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe(`The SDL of the subgraph was written to ${file}.\n`);
    expect(readFileSync(file, "utf8")).toMatch("type ContactCenter");
    const nowhere = start(folder, ["schema", join(folder, "no/such/folder.graphql")]);
    expect(await nowhere.ended).toBe(1);
    expect(nowhere.output()).toMatch(/^The SDL cannot be written to .*folder\.graphql: ENOENT.*\.\n$/);
  });

  it.each(["--version", "-v"])("%s says the version of the package, and nothing else", slow, async (option) => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    const program = start(folder, [option]);
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe(`${version}\n`);
  });

  it.each([
    [["srve"], "Unknown command 'srve': did you mean serve?\n"],
    [["wallboard"], "Unknown command 'wallboard': --help says what there is.\n"],
    [["serve", "now"], "Too many arguments for 'serve'. Expected 0 arguments but got 1.\n"],
    [["doctor", "--verfy"], "Unknown option '--verfy': did you mean --verify?\n"],
    [["simulate", "--port", "x"], "Option '--port <port>' argument 'x' is invalid. It must be a whole number from 0 to 65535.\n"],
  ])("%j ends with exit code 1 and one line that says what is wrong", slow, async (commandLine, said) => {
    const program = start(folder, commandLine);
    expect(await program.ended).toBe(1);
    expect(program.output()).toBe(said);
  });

  it("doctor tells of a name that is probably misspelt, without what it holds", slow, async () => {
    const program = start(folder, ["doctor"], { TTL_SEGMENTS_MS: "s3cret" });
    expect(await program.ended).toBe(0);
    expect(program.output()).toMatch(/^warning {2}TTL_SEGMENTS_MS is set, but is no setting: is TTL_SEGMENTS_SECONDS meant\?\n/);
    expect(program.output()).not.toMatch("s3cret");
  });

  it("doctor examines the simulator when no account is set, and finds it well", slow, async () => {
    const program = start(folder, ["doctor"]);
    expect(await program.ended).toBe(0);
    expect(program.output()).toMatch(/the simulator is examined(.|\n)*works +Interval metrics(.|\n)*Everything works\.\n$/);
  });

  it("doctor ends with exit code 1 and warns of OAuth 1.0a settings, without a secret", slow, async () => {
    const settings = { LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "b4d", LP_CSDS_URL: "http://127.0.0.1:9", LP_CONSUMER_KEY: "k3y" };
    const program = start(folder, ["doctor"], settings);
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(/warning +LP_CONSUMER_KEY looks like an OAuth 1\.0a application key/);
    expect(program.output()).toMatch(/fails +Domain of operations: Domain look-up: it cannot be reached/);
    expect(program.output()).not.toMatch(/b4d|k3y|at .*\.js/);
  });

  it("simulate prints how to point a gateway at it, and stops on SIGTERM", slow, async () => {
    const program = start(folder, ["simulate", "--port", "0", "--control-port", "0", "--scale", "small"]);
    await program.said(/LP_ACCOUNT_ID=demo LP_CSDS_URL=http:\/\/127\.0\.0\.1:\d+ LP_BEARER_TOKEN=simulated-token npm start/);
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });

  it("simulate serves as many accounts as it is told, and says how to point a gateway at each", slow, async () => {
    const program = start(folder, ["simulate", "--port", "0", "--control-port", "0", "--scale", "small", "--account", "east", "west"]);
    await program.said(/Simulating account east, west on /);
    await program.said(/LP_ACCOUNT_ID=west LP_CSDS_URL=http:\/\/127\.0\.0\.1:\d+ LP_BEARER_TOKEN=\S+ npm start/);
    expect(program.output()).toMatch("To serve east: LP_ACCOUNT_ID=east ");
    program.process.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });

  it("simulate refuses to be a child without a parent", slow, async () => {
    const program = start(folder, ["simulate", "--child", "--scale", "small"]);
    expect(await program.ended).toBe(1);
    expect(program.output()).toBe("--child is for a gateway that starts its own simulator: leave it out.\n");
  });
});
