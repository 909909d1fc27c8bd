import { afterAll } from "vitest";
import type { MetricGroup } from "../../../src/catalogue/metric.js";
import { systemClock } from "../../../src/clock.js";
import type { AccountOptions, Simulator } from "../../../src/simulator/controls.js";
import { startSimulator } from "../../../src/simulator/simulator.js";
import type { CallContext, Exchange } from "../../../src/upstream/call.js";
import type { Values } from "../../../src/upstream/question.js";
import type { AccountCredentials } from "../../../src/upstream/transport/credentials.js";
import { createTransport, type HttpOptions, type Transport } from "../../../src/upstream/transport/transport.js";

/** Some moment between two minutes, so that every rounding shows. */
export const now = Date.parse("2026-03-04T10:07:23.456Z");

export interface Simulated {
  simulator: Simulator;
  transport: Transport;
  exchange: Exchange;
  context: CallContext;
}

const running: { close(): Promise<void> }[] = [];

/** A simulator whose clock stands at `now`, and a transport that finds its services by the domain look-up. Closed after the file's tests. */
export async function simulated(
  account: Partial<AccountOptions> = {},
  credentials: AccountCredentials = { kind: "bearer", token: "simulated-token" },
  http: Partial<HttpOptions> = {},
): Promise<Simulated> {
  const simulator = await startSimulator({ accounts: [{ id: "demo", seed: 7, ...account }], now: () => now });
  const transport = createTransport({ id: "demo", services: { csds: simulator.url }, credentials }, http, {
    now: () => now,
    monotonic: systemClock.monotonic,
  });
  running.push(transport, simulator);
  const exchange: Exchange = (request) => transport.exchange(request, { deadline: systemClock.monotonic() + 30_000 });
  return { simulator, transport, exchange, context: contextOf(exchange) };
}

/** Reads calls of account demo, however many exchanges they take. */
export const contextOf = (exchange: Exchange): CallContext => ({
  account: "demo",
  source: "contract",
  exchange,
  expects: () => true,
  parts: 1,
  read: () => undefined,
  now: () => now,
});

afterAll(async () => {
  for (const part of running.splice(0)) await part.close();
});

/** What our reply must say where the platform has these figures: absent is null, and -1 of an average too. */
export const inOurWords = (group: MetricGroup, figures: Readonly<Record<string, number>>, segments?: string): Values =>
  Object.fromEntries(
    group.inOrder.map(({ field, answer, average, seconds }) => {
      const figure = figures[answer];
      const nothing = figure === undefined || (average && (figure === -1 || (segments !== undefined && figures[segments] === 0)));
      return [field, nothing ? null : seconds ? figure * 1000 : figure];
    }),
  );
