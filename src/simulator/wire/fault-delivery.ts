import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Answered } from "./asked.js";
import type { FaultKind, FaultSpec } from "./faults.js";

const json = { "content-type": "application/json" };
const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

type Delivery = (raw: ServerResponse, spec: FaultSpec, answered: Answered) => Promise<void> | void;

/** How each kind of broken answer goes out; "status" and "in-progress" are whole answers and are made elsewhere. */
const deliveries: Record<Exclude<FaultKind, "status" | "in-progress">, Delivery> = {
  reset: (raw) => {
    raw.socket?.resetAndDestroy();
  },
  hang: () => undefined,
  "slow-headers": async (raw, { afterMs = 1000 }, { status, text }) => {
    await pause(afterMs);
    raw.writeHead(status, json).end(text);
  },
  "slow-body": async (raw, { afterMs = 1000 }, { status, text }) => {
    raw.writeHead(status, { ...json, "content-length": Buffer.byteLength(text) });
    const first = half(text);
    raw.write(first);
    await pause(afterMs);
    raw.end(text.slice(first.length));
  },
  "cut-body": async (raw, _, { status, text }) => {
    raw.writeHead(status, { ...json, "content-length": Buffer.byteLength(text) });
    await new Promise((sent) => raw.write(half(text), sent));
    raw.socket?.destroy();
  },
  "truncated-json": (raw, _, { status, text }) => {
    raw.writeHead(status, json).end(half(text));
  },
  "not-json": (raw) => {
    raw.writeHead(200, json).end("OK, but not JSON");
  },
  html: (raw) => {
    raw.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Maintenance</title><p>We will be back soon.</p>");
  },
  oversized: (raw, { bytes = 20_000_000 }) => {
    raw.writeHead(200, json).end(JSON.stringify({ padding: "x".repeat(bytes) }));
  },
  rewritten: (raw, { find, replace = "" }, { status, text }) => {
    raw.writeHead(status, json).end(find === undefined ? text : text.replace(new RegExp(find, "g"), replace));
  },
};

/** Sends the answer broken in the way the fault says. */
export async function deliver(raw: ServerResponse, spec: FaultSpec, answered: Answered): Promise<void> {
  const kind = spec.kind ?? "status";
  if (kind === "status" || kind === "in-progress") throw new Error(`Fault kind ${kind} is a whole answer.`);
  await deliveries[kind](raw, spec, answered);
}
