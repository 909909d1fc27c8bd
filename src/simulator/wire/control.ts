import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { Simulator } from "../controls.js";
import { faultBody, latencyBody, limitsBody, variantsBody } from "./switches.js";
import { taken } from "./taken.js";
import { documented } from "./variants.js";

const asked = z.looseObject({ from: z.number(), to: z.number() });
const truths = [
  "agentSegments",
  "agentSegmentsByInterval",
  "skillSegments",
  "skillSegmentsByInterval",
  "keyMetrics",
  "intervalMetrics",
] as const;
const truth = z.object({ account: z.string(), what: z.enum(truths) });
const advance = z.strictObject({ advanceMs: z.number().min(0) });

/** Drops what is undefined, which a JSON body cannot tell from absent. */
const defined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The switches of a running simulator as JSON over HTTP, on a port of its own. */
export function control(simulator: Simulator): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _, reply) => {
    const message = error instanceof Error ? error.message : String(error);
    const refused = error instanceof RangeError || (error as { statusCode?: number }).statusCode === 400;
    return reply.code(refused ? 400 : 500).send({ message });
  });
  app.get("/accounts", () => simulator.accounts);
  app.get("/counts", () => simulator.counts());
  app.delete("/counts", (_, reply) => {
    simulator.resetCounts();
    return reply.code(204).send();
  });
  app.get("/requests", () => simulator.requests());
  app.get("/faults", () => simulator.faults());
  app.put("/faults", ({ body }) => {
    const specs = Array.isArray(body) ? taken(z.array(faultBody), body) : [taken(faultBody, body)];
    for (const spec of specs) simulator.fault(defined(spec) as Parameters<Simulator["fault"]>[0]);
    return simulator.faults();
  });
  app.delete("/faults", (_, reply) => {
    simulator.clearFaults();
    return reply.code(204).send();
  });
  app.get("/variants", () => simulator.variants({}));
  app.put("/variants", ({ body }) => simulator.variants(defined(taken(variantsBody, body)) as Parameters<Simulator["variants"]>[0]));
  app.delete("/variants", () => simulator.variants(documented));
  app.put("/limits", ({ body }) => simulator.setLimits(defined(taken(limitsBody, body)) as Parameters<Simulator["setLimits"]>[0]));
  app.put("/latency", ({ body }) => simulator.setLatency(taken(latencyBody, body)));
  app.delete("/tokens", (_, reply) => {
    simulator.revokeTokens();
    return reply.code(204).send();
  });
  app.post("/truth/:account/:what", ({ params, body }) => {
    const { account, what } = taken(truth, params);
    return simulator.truth(account)[what](taken(asked, body) as never);
  });
  app.get("/time", () => ({ now: simulator.now() }));
  app.post("/time", ({ body }) => {
    simulator.advanceTime(taken(advance, body).advanceMs);
    return { now: simulator.now() };
  });
  return app;
}
