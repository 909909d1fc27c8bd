import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import { createLog } from "../../src/server/log.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import type { Clients } from "./frontend/clients.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = !existsSync(executablePath);
const reason = missing ? ` (skipped: there is no Chromium at ${executablePath}; CHROMIUM_PATH names another)` : "";

const key = "key-of-the-board";
const keysFile = JSON.stringify({ keys: [{ name: "board", sha256: createHash("sha256").update(key).digest("hex"), accounts: "*" }] });
const secret = "a secret of at least thirty-two bytes";
const query = "{ contactCenter { accountId current { asOf onlineAgents } } }";
const answered = { contactCenter: { accountId: "demo", current: { asOf: expect.any(String), onlineAgents: expect.any(Number) } } };

describe.skipIf(missing)(`Clients in a page of another origin${reason}`, { timeout: 120_000 }, () => {
  const closing: (() => Promise<unknown>)[] = [];
  let script: string;
  let simulator: Simulator;
  let browser: Browser;
  /** Two origins of pages; CORS_ORIGINS of every gateway here names the first. */
  let named: string;
  let stranger: string;

  beforeAll(async () => {
    script = await bundled();
    [named, stranger] = [await pages(), await pages()];
    simulator = await startSimulator();
    closing.push(() => simulator.close());
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-background-networking"] });
    closing.push(() => browser.close());
  }, 120_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  async function bundled(): Promise<string> {
    const made = await build({
      configFile: false,
      logLevel: "error",
      define: { "process.env.NODE_ENV": '"production"' },
      build: {
        write: false,
        minify: false,
        lib: { entry: fileURLToPath(new URL("frontend/clients.ts", import.meta.url)), formats: ["iife"], name: "frontend" },
      },
    });
    const [output] = Array.isArray(made) ? made : [made];
    const [chunk] = output && "output" in output ? output.output : [];
    if (chunk?.type !== "chunk") throw new Error("vite made no script of test/browser/frontend/clients.ts.");
    return chunk.code;
  }

  /** Serves an empty page with the clients; its origin. */
  async function pages(): Promise<string> {
    const server = createServer((request, response) => {
      if (request.url === "/clients.js") response.setHeader("content-type", "text/javascript").end(script);
      else
        response
          .setHeader("content-type", "text/html")
          .end('<!doctype html><link rel="icon" href="data:,"><script src="/clients.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A gateway before the simulator; the address of its endpoint. */
  async function gatewayWith(settings: Record<string, string>): Promise<string> {
    const account = { id: "demo", url: simulator.url, bearer: "simulated-token" };
    const config = configFrom({ PORT: "0", LOG_LEVEL: "silent", CORS_ORIGINS: named, ...settings }, account, () => keysFile);
    const gateway = await createGateway(config, { warn: () => undefined });
    const app = await startApp({ gateway, config, log: createLog("silent"), graphiqlRoot: "/nonexistent" });
    closing.push(() => app.stop());
    return `${app.url}/graphql`;
  }

  /** What a client answers in a page of the origin. */
  async function inPage(origin: string, client: keyof Clients, ...given: unknown[]): Promise<unknown> {
    const page = await browser.newPage();
    try {
      await page.goto(origin);
      return await page.evaluate(
        async ([name, args]) => {
          const { clients } = globalThis as unknown as { clients: Record<string, (...args: unknown[]) => Promise<unknown>> };
          return clients[name as string]?.(...(args as unknown[]));
        },
        [client, given] as const,
      );
    } finally {
      await page.close();
    }
  }

  const bearer = async () => {
    const claims = new SignJWT({ accounts: "*" }).setProtectedHeader({ alg: "HS256" }).setSubject("a").setExpirationTime("1h");
    return `Bearer ${await claims.sign(new TextEncoder().encode(secret))}`;
  };
  const ways: [string, Record<string, string>, () => Promise<Record<string, string>>][] = [
    ["api-key", { AUTH: "api-key", API_KEYS_FILE: "keys.yaml" }, async () => ({ "x-api-key": key })],
    ["jwt", { AUTH: "jwt", JWT_SECRET: secret }, async () => ({ authorization: await bearer() })],
  ];

  it.each(ways)(
    "Apollo Client and urql work as they come with AUTH=%s, and not in a page that is not named",
    async (_, settings, credentials) => {
      const url = await gatewayWith(settings);
      const headers = await credentials();
      for (const client of ["apollo", "urql"] as const) {
        expect(await inPage(named, client, url, headers, query), client).toMatchObject(answered);
        await expect(inPage(stranger, client, url, headers, query), client).rejects.toThrow(/failed to fetch/i);
      }
      const subscription = `subscription ${query}`;
      expect(await inPage(named, "socket", url, headers, subscription)).toMatchObject(answered);
      await expect(inPage(stranger, "socket", url, headers, subscription)).rejects.toThrow();
    },
  );

  it("with AUTH=none urql is told to send POST, and Apollo Client works as it comes", async () => {
    const url = await gatewayWith({});
    expect(await inPage(named, "apollo", url, {}, query)).toMatchObject(answered);
    await expect(inPage(named, "urql", url, {}, query)).rejects.toThrow(/CSRF/);
    expect(await inPage(named, "urql", url, {}, query, false)).toMatchObject(answered);
    expect(await inPage(named, "urql", url, { "apollo-require-preflight": "true" }, query)).toMatchObject(answered);
    await expect(inPage(stranger, "urql", url, {}, query, false)).rejects.toThrow(/failed to fetch/i);
  });

  it("a named page can read our headers, and a refusal with its code", async () => {
    const url = await gatewayWith({ AUTH: "api-key", API_KEYS_FILE: "keys.yaml" });
    expect(await inPage(named, "plain", url, { "x-api-key": key }, query)).toEqual({ status: 200, simulated: "true", code: undefined });
    expect(await inPage(named, "plain", url, { "x-api-key": "another" }, query)).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
    await expect(inPage(stranger, "plain", url, { "x-api-key": key }, query)).rejects.toThrow(/failed to fetch/i);
  });
});
