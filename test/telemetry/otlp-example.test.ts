import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the example file sends the spans of a running gateway to a collector, and the last of them when the gateway stops", async () => {
  const received: string[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push(`${request.url} ${Buffer.concat(chunks).toString("latin1")}`);
      response.setHeader("content-type", "application/json").end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  const simulator = await startSimulator();
  onTestFinished(async () => {
    collector.closeAllConnections();
    collector.close();
    await simulator.close();
  });
  const gateway = spawn(
    process.execPath,
    ["--import", "@oxc-node/core/register", "--import", "./examples/tracing/otlp.mjs", "src/main.ts", "serve"],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        PORT: "0",
        LP_ACCOUNT_ID: "demo",
        LP_CSDS_URL: simulator.url,
        LP_BEARER_TOKEN: "simulated-token",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        OTEL_SERVICE_NAME: "gateway-of-the-test",
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void gateway.kill("SIGKILL"));
  let output = "";
  gateway.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const served = /on (http:\/\/[\d.:]+)\/graphql/;
  await expect.poll(() => served.test(output), { timeout: 30_000 }).toBe(true);
  const query = "query Traced { contactCenter { current { onlineAgents } } }";
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${served.exec(output)![1]}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query }),
    });
    expect(response.status).toBe(200);
  };
  for (let asked = 0; asked < 60; asked++) await ask();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await ask({ traceparent: `00-${traceId}-b7ad6b7169203331-01`, "x-request-id": "of-a-trace" });
  gateway.kill("SIGTERM");
  await once(gateway, "exit");
  const spans = received.filter((each) => each.startsWith("/v1/traces ")).join("");
  for (const said of ["gateway-of-the-test", "POST /graphql", "Traced", "POST KEY_METRICS", traceId, "of-a-trace"])
    expect(spans).toContain(said);
  // The first was executed. Of those that were answered from kept bytes one in twenty is traced, and every one of a trace that a sender has begun.
  expect(spans.split('"executed"').length - 1).toBe(1);
  expect(spans.split('"memo"').length - 1).toBeLessThan(30);
}, 60_000);
