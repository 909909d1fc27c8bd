import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { configFrom } from "../../src/config.js";
import { createGateway } from "../../src/gateway.js";
import { startApp } from "../../src/server/app.js";
import { warnOfUnreachable } from "../../src/server/health.js";

/** The gateway's clock stands: no pause after a failure ever ends. */
const noon = Date.parse("2026-03-11T12:00:00Z");

/** A gateway before a platform whose domain look-up answers only when the test says so. */
async function waiting() {
  const lookUps: ServerResponse[] = [];
  let status: number | undefined;
  const end = (response: ServerResponse) => status && response.writeHead(status).end(JSON.stringify({ baseURI: platform }));
  const server = createServer((_, response) => {
    lookUps.push(response);
    end(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const platform = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = configFrom({ PORT: "0", LP_ACCOUNT_ID: "le1", LP_BEARER_TOKEN: "t", LP_CSDS_URL: platform });
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const gateway = await createGateway(config, { clock: { now: () => noon, monotonic: () => 0 }, warn: () => undefined });
  const app = await startApp({ gateway, config, log, graphiqlRoot: "/nonexistent" });
  onTestFinished(async () => {
    await app.stop();
    server.closeAllConnections();
    server.close();
  });
  const ready = async () => {
    const response = await fetch(`${app.url}/readyz`);
    return { status: response.status, body: await response.json() };
  };
  /** Answers the look-ups that wait and those to come. */
  const answer = (given: number) => {
    status = given;
    lookUps.forEach(end);
  };
  const warnings = () => lines.map((line) => JSON.parse(line).msg).filter((message) => message.startsWith("Account"));
  return { gateway, log, ready, answer, lookUps, warnings };
}

describe("/readyz", () => {
  test("answers 503 with the reason while the first look-ups are under way, and 200 once they are known", async () => {
    const { gateway, ready, answer } = await waiting();
    const unanswered = "Domain look-up: it has not answered yet.";
    expect(await ready()).toEqual({
      status: 503,
      body: {
        ready: false,
        accounts: [{ id: "le1", services: { operations: unanswered, keyMetrics: unanswered, intervalMetrics: unanswered } }],
      },
    });
    answer(200);
    await gateway.lookedUp;
    expect(await ready()).toEqual({
      status: 200,
      body: { ready: true, accounts: [{ id: "le1", services: { operations: "ok", keyMetrics: "ok", intervalMetrics: "ok" } }] },
    });
  });

  test("never asks the platform itself", async () => {
    const { gateway, ready, answer, lookUps } = await waiting();
    for (let times = 0; times < 10; times++) await ready();
    answer(503);
    await gateway.lookedUp;
    for (let times = 0; times < 10; times++) expect((await ready()).status).toBe(503);
    expect(lookUps).toHaveLength(3);
  });
});

test("what cannot be reached at the start is logged once, when it is known", async () => {
  const { gateway, log, answer, warnings } = await waiting();
  const warned = warnOfUnreachable(gateway, log, () => false);
  await new Promise(setImmediate);
  expect(warnings()).toEqual([]);
  answer(503);
  await warned;
  expect(warnings()).toEqual(["Account le1: Domain look-up: it failed (503). Ask again later."]);
});
