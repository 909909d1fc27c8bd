import { setTimeout as pause } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Account } from "./account.js";
import { type Api, serviceOf } from "./api.js";
import type { Answered } from "./asked.js";
import { errorBody } from "./error-body.js";
import { deliver } from "./fault-delivery.js";
import type { FaultSpec } from "./faults.js";
import { Refusal, retryAfter } from "./refusal.js";
import type { World } from "./world.js";

/** A request that was let in. */
export interface Visit {
  account: Account;
  body: string;
  request: FastifyRequest;
  /** When it came: windows and current values are of that moment, whatever the latency, as the log tells it. */
  at: number;
  /** True: a fault has it that no interval is done. */
  nothingDone: boolean;
}

const bodyOf = (request: FastifyRequest): string => (typeof request.body === "string" ? request.body : "");

/** Counts the request in, and its lane free again when the connection is done with it; not allowed when over a limit. */
function come(world: World, api: Api, account: string, request: FastifyRequest, reply: FastifyReply): { at: number; allowed: boolean } {
  const lane = world.traffic.lane(account, api);
  const allowed = lane?.enter(world.limitsNow(), world.limits) ?? true;
  reply.raw.once("close", () => lane?.leave());
  const [path = "", query] = request.url.split("?");
  const logged = world.traffic.came({
    at: world.now(),
    api,
    account,
    method: request.method,
    path,
    query: query === undefined ? "" : `?${query}`,
    body: api === "token" ? "" : bodyOf(request),
    running: lane?.use.running ?? 0,
  });
  reply.raw.once("finish", () => world.traffic.went(logged, reply.raw.statusCode, world.now()));
  return { at: logged.at, allowed };
}

function admit(world: World, api: Api, id: string, request: FastifyRequest, allowed: boolean): Account {
  const account = world.accounts.get(id);
  if (serviceOf(api) !== null) {
    const verdict = world.tokens.check(id, request.headers.authorization, world.now());
    if (verdict !== 200) throw new Refusal(verdict, [verdict === 401 ? "The token is not valid." : "The token is of another account."]);
  }
  if (account === undefined) throw new Refusal(404, [`Account ${id} is not known.`]);
  if (!allowed) throw new Refusal(429, ["Too many requests."], retryAfter(1, world.variants.limitRetryAfter, world.now()));
  return account;
}

function refuse(world: World, reply: FastifyReply, refusal: Refusal, spec?: FaultSpec): FastifyReply {
  const { type, text } = errorBody(spec?.form ?? world.variants.errorForm, refusal.status, refusal.causes, world.now());
  return reply.code(refusal.status).headers(refusal.headers).type(type).send(text);
}

/** The whole answer that a "status" fault is. */
function faultRefusal({ status = 500, retryAfterSeconds, retryAfterForm = "seconds" }: FaultSpec, now: number): Refusal {
  const headers = retryAfterSeconds === undefined ? {} : retryAfter(retryAfterSeconds, retryAfterForm, now);
  return new Refusal(status, ["Simulated fault."], headers);
}

/** One request from coming in to going out: counted, delayed, struck by a fault, let in, answered. */
export async function exchange(
  world: World,
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (visit: Visit) => Answered,
): Promise<unknown> {
  const { id } = request.params as { id: string };
  const { at, allowed } = come(world, api, id, request, reply);
  const { base, jitter } = world.latencyMs;
  if (base + jitter > 0) await pause(base + jitter * world.random());
  const body = bodyOf(request);
  const fault = world.faults.take(api, id, `${request.url}\n${body}`);
  const kind = fault && (fault.kind ?? "status");
  try {
    if (fault && kind === "status") return refuse(world, reply, faultRefusal(fault, world.now()), fault);
    const answered = answer({ account: admit(world, api, id, request, allowed), body, request, at, nothingDone: kind === "in-progress" });
    if (!fault || kind === "in-progress") return reply.code(answered.status).type("application/json").send(answered.text);
    reply.hijack();
    await deliver(reply.raw, fault, answered);
    return reply;
  } catch (error) {
    if (error instanceof Refusal) return refuse(world, reply, error);
    throw error;
  }
}
