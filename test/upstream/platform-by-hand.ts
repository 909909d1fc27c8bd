import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";
import { systemClock } from "../../src/clock.js";
import type { ExchangeRequest } from "../../src/upstream/call.js";
import type { AccountCredentials } from "../../src/upstream/transport/credentials.js";
import { createTransport, type HttpOptions, type Transport } from "../../src/upstream/transport/transport.js";

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface PlatformByHand {
  url: string;
  received: Received[];
  transport: Transport;
  close(): Promise<void>;
}

export interface ByHandOptions {
  credentials?: AccountCredentials;
  http?: Partial<HttpOptions>;
  now?: () => number;
  monotonic?: () => number;
  /** Base URLs that are not looked up; default: all. */
  services?: readonly ("operations" | "keyMetrics" | "intervalMetrics" | "sentinel")[];
}

const every = ["operations", "keyMetrics", "intervalMetrics", "sentinel"] as const;

/** A way to start platforms by hand that are closed after each test of the file. */
export function platformsByHand(): typeof platformByHand {
  const open: PlatformByHand[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((platform) => platform.close()));
  });
  return async (answer, options) => {
    const started = await platformByHand(answer, options);
    open.push(started);
    return started;
  };
}

/** The error of work that must fail. */
export const failed = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error("It did not fail.")),
    (reason) => reason,
  );

/** A deadline that no test reaches. */
export const soon = () => within(20_000);
export const within = (ms: number) => ({ deadline: systemClock.monotonic() + ms });

export const skillSegments: ExchangeRequest = {
  api: "SKILL_SEGMENTS",
  service: "operations",
  method: "GET",
  path: "/operations/api/account/le1/msgskillsegments?v=1",
};

/** A server that answers as the test says, and a transport to it. */
export async function platformByHand(
  answer: (request: Received, response: ServerResponse, index: number) => void,
  {
    credentials = { kind: "bearer", token: "static-token" },
    http = {},
    now = systemClock.now,
    monotonic = systemClock.monotonic,
    services = every,
  }: ByHandOptions = {},
): Promise<PlatformByHand> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = "", url = "", headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(parts).toString() });
    answer(received.at(-1) as Received, response, received.length);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const named = Object.fromEntries(services.map((service) => [service, url]));
  const account = { id: "le1", services: { csds: url, ...named }, credentials };
  const transport = createTransport(account, http, { now, monotonic });
  return {
    url,
    received,
    transport,
    close: async () => {
      await transport.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
