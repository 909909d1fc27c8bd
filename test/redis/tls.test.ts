import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { candidates, freePort, redisPath, startRedis } from "./redis-server.js";
import { ownPrefix } from "./replica-lines.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Why it cannot be tested here; undefined where it can. */
function missing(): string | undefined {
  if (!redisPath) return `there is none of ${candidates.join(", ")}`;
  try {
    execFileSync("openssl", ["version"]);
  } catch {
    return "there is no openssl to make a certificate with";
  }
  const help = execFileSync("ldd", [redisPath], { encoding: "utf8" });
  return help.includes("libssl") ? undefined : `${redisPath} was built without TLS`;
}

const reason = missing();

test.runIf(process.env.GATEWAY_REQUIRE_REDIS === "1")("a Redis with TLS is there where Redis is demanded", () => {
  expect(reason).toBeUndefined();
});

describe.skipIf(reason !== undefined)(`rediss://${reason ? ` (skipped: ${reason})` : ""}`, { timeout: 180_000 }, () => {
  /** A Redis that takes TLS with a certificate of its own, and a password. */
  async function redisOverTls() {
    const folder = mkdtempSync(join(tmpdir(), "gateway-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...subject],
      {
        stdio: "ignore",
      },
    );
    const port = await freePort();
    const tls = ["--tls-port", String(port), "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
    const redis = await startRedis(...tls, "--requirepass", "s3cret");
    onTestFinished(() => redis.stop());
    return { url: `rediss://:s3cret@127.0.0.1:${port}/0`, certificate, redis };
  }

  /** A gateway in a process of its own: which certificates are trusted is decided when Node starts. */
  async function gateway(simulator: Simulator, environment: Record<string, string>) {
    const settings = {
      ...{ PATH: process.env.PATH, PORT: "0", LP_ACCOUNT_ID: "demo", LP_CSDS_URL: simulator.url, LP_BEARER_TOKEN: "simulated-token" },
      ...environment,
    };
    const program = spawn(process.execPath, ["--import", "@oxc-node/core/register", "src/main.ts", "serve"], {
      cwd: root,
      env: settings,
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void program.kill("SIGKILL"));
    let output = "";
    for (const stream of [program.stdout, program.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const serving = /Serving account demo on (http:\/\/[\d.:]+)\/graphql/;
    await expect.poll(() => serving.test(output), { timeout: 120_000 }).toBe(true);
    const url = serving.exec(output)![1]!;
    return {
      output: () => output,
      redis: async () => ((await (await fetch(`${url}/readyz`)).json()) as { redis: string }).redis,
      ask: async () => {
        const body = JSON.stringify({ query: "{ contactCenter { agentSegments(lastMinutes: 60) { totalAgentConversationSegments } } }" });
        const response = await fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body });
        return (await response.json()) as { data: unknown; errors?: unknown };
      },
    };
  }

  test("is shared by gateways that trust its certificate, and is away for one that does not, which serves all the same and tells no secret", async () => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.close());
    const { url, certificate, redis } = await redisOverTls();
    const environment = { ...ownPrefix(), REDIS_URL: url } as Record<string, string>;
    const trusting = { ...environment, NODE_EXTRA_CA_CERTS: certificate };
    const [one, other, stranger] = await Promise.all([
      gateway(simulator, trusting),
      gateway(simulator, trusting),
      gateway(simulator, environment),
    ]);
    await expect.poll(() => Promise.all([one.redis(), other.redis()]), { timeout: 30_000 }).toEqual(["ok", "ok"]);
    const first = await one.ask();
    expect(first.errors).toBeUndefined();
    expect(await other.ask()).toEqual(first);
    expect(simulator.counts().byApi["agent-segments"]).toBe(1);
    expect(await redis.command("KEYS", `${environment.REDIS_PREFIX}*`)).not.toEqual([]);

    expect(await stranger.redis()).toMatch(/^Redis is away: (SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY)/);
    expect((await stranger.ask()).errors).toBeUndefined();
    expect(simulator.counts().byApi["agent-segments"]).toBe(2);
    for (const each of [one, other, stranger]) expect(each.output()).not.toContain("s3cret");
  });
});
