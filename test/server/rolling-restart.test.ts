import { createServer } from "node:net";
import { Agent, fetch } from "undici";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.js";
import { build, type Running, start } from "../built-program.js";
import { startBalancer } from "../support/balancer.js";

let folder: string;
beforeAll(async () => {
  folder = await build();
}, 120_000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

const queries = [
  "{ contactCenter { current { onlineAgents } } }",
  "{ contactCenter { skills(first: 3) { nodes { id current { unassignedConversations } } } } }",
  "{ contactCenter { agentSegments { totalAgentConversationSegments } } }",
  "{ contactCenter { keyMetrics { closedConversations } } }",
];

describe("a rolling restart", () => {
  it("of three gateways under load, behind a TCP balancer, fails no request", { timeout: 240_000 }, async () => {
    // Answers take a while and are soon old, so that calls are under way whenever a gateway is told to stop.
    const simulator = await startSimulator({ accounts: [{ id: "demo" }], latencyMs: { base: 150, jitter: 100 } });
    onTestFinished(() => simulator.close());
    const begin = async (port: number): Promise<Running> => {
      const program = start(folder, ["serve"], {
        PORT: String(port),
        DRAIN_SECONDS: "3",
        LP_ACCOUNT_ID: "demo",
        LP_CSDS_URL: simulator.url,
        LP_BEARER_TOKEN: "simulated-token",
        LP_MAX_PER_MINUTE: "100000",
        TTL_CURRENT_SECONDS: "0",
        TTL_KEY_METRICS_SECONDS: "1",
        TTL_SEGMENTS_SECONDS: "1",
      });
      onTestFinished(() => void program.process.kill("SIGKILL"));
      await program.said(/Serving account/);
      return program;
    };
    const ports = [await freePort(), await freePort(), await freePort()];
    const programs = await Promise.all(ports.map(begin));
    const balancer = await startBalancer(ports);
    const agent = new Agent({ connections: 24, pipelining: 1 });
    onTestFinished(async () => {
      await agent.destroy();
      await balancer.stop();
    });
    await vi.waitFor(() => expect(balancer.ready).toHaveLength(3), { timeout: 20_000 });

    const failures: unknown[] = [];
    let answered = 0;
    let isOver = false;
    const client = async (at: number) => {
      for (let asked = at; !isOver; asked++) {
        const body = JSON.stringify({ query: queries[asked % queries.length] });
        try {
          const response = await fetch(`${balancer.url}/graphql`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body,
            dispatcher: agent,
          });
          const answer = (await response.json()) as { errors?: unknown };
          if (response.status !== 200 || answer.errors) failures.push([response.status, answer.errors]);
          answered++;
        } catch (error) {
          failures.push((error as { cause?: unknown }).cause ?? error);
        }
      }
    };
    const load = Promise.all(Array.from({ length: 24 }, (_, at) => client(at)));
    const stillAnswered = async () => {
      const before = answered;
      await vi.waitFor(() => expect(answered).toBeGreaterThan(before + 50), { timeout: 20_000 });
    };
    for (const [at, port] of ports.entries()) {
      await stillAnswered();
      const stopped = programs[at]!;
      stopped.process.kill("SIGTERM");
      await vi.waitFor(() => expect(balancer.ready).not.toContain(port), { timeout: 20_000 });
      expect(stopped.process.exitCode).toBeNull();
      await stillAnswered();
      expect(await stopped.ended).toBe(0);
      programs[at] = await begin(port);
      await vi.waitFor(() => expect(balancer.ready).toContain(port), { timeout: 20_000 });
    }
    await stillAnswered();
    isOver = true;
    await load;
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(300);
  });
});
