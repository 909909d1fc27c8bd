import { setTimeout as pause } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Account } from "./account.js";
import { type Api, serviceOf } from "./api.js";
import type { Answered } from "./asked.js";
import { errorBody } from "./error-body.js";
import { deliver } from "./fault-delivery.js";
import type { FaultSpec } from "./faults.js";
import type { Limits } from "./limits.js";
import { Refusal } from "./refusal.js";
import type { Logged } from "./traffic.js";
import type { World } from "./world.js";

export interface Visit {
  account: Account;
  body: string;
  request: FastifyRequest;
}

type Answer = (visit: Visit) => Answered;

/** Counts the request in, and its lane free again when the connection is done with it. */
function come(
  world: World,
  api: Api,
  account: string,
  request: FastifyRequest,
  reply: FastifyReply,
): { logged: Logged; allowed: boolean; limits: Limits } {
  const lane = world.traffic.lane(account, api);
  const { limits } = world;
  const allowed = lane?.enter(world.limitsNow(), limits) ?? true;
  reply.raw.once("close", () => lane?.leave());
  const [path = "", query] = request.url.split("?");
  const body = typeof request.body === "string" ? request.body : "";
  const shown = api === "token" ? "" : body;
  const logged = world.traffic.came({
    at: world.now(),
    api,
    account,
    method: request.method,
    path,
    query: query === undefined ? "" : `?${query}`,
    body: shown,
    running: lane?.use.running ?? 0,
  });
  return { logged, allowed, limits };
}

function admit(world: World, api: Api, id: string, request: FastifyRequest, allowed: boolean): Account {
  const account = world.accounts.get(id);
  if (serviceOf(api) !== null) {
    const verdict = world.tokens.check(id, request.headers.authorization, world.now());
    if (verdict !== 200) throw new Refusal(verdict, [verdict === 401 ? "The token is not valid." : "The token is of another account."]);
  }
  if (account === undefined) throw new Refusal(404, [`Account ${id} is not known.`]);
  if (!allowed) throw new Refusal(429, ["Too many requests."]);
  return account;
}

function refuse(world: World, reply: FastifyReply, refusal: Refusal, spec?: FaultSpec): FastifyReply {
  const { type, text } = errorBody(spec?.form ?? world.variants.errorForm, refusal.status, refusal.causes, world.now());
  return reply.code(refusal.status).headers(refusal.headers).type(type).send(text);
}

/** The whole answer that a "status" fault is. */
function faultRefusal({ status = 500, retryAfterSeconds, retryAfterForm }: FaultSpec): Refusal {
  if (retryAfterSeconds === undefined) return new Refusal(status, ["Simulated fault."]);
  const date = new Date(Date.now() + retryAfterSeconds * 1000).toUTCString();
  return new Refusal(status, ["Simulated fault."], { "retry-after": retryAfterForm === "date" ? date : String(retryAfterSeconds) });
}

const inProgress = JSON.stringify({
  intervals: [
    { from: "2023-02-07T13:15:00Z", fromL: 1675775700000, to: "2023-02-07T13:30:00Z", toL: 1675776600000, status: "In Progress" },
  ],
});

/** One request from coming in to going out: counted, delayed, struck by a fault, let in, answered. */
export async function exchange(world: World, api: Api, request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<unknown> {
  const { id } = request.params as { id: string };
  const { logged, allowed } = come(world, api, id, request, reply);
  reply.raw.once("finish", () => world.traffic.went(logged, reply.raw.statusCode));
  const body = typeof request.body === "string" ? request.body : "";
  const { base, jitter } = world.latencyMs;
  if (base + jitter > 0) await pause(base + jitter * world.random());
  const fault = world.faults.take(api, id, `${request.url}\n${body}`);
  const kind = fault && (fault.kind ?? "status");
  try {
    if (fault && kind === "status") return refuse(world, reply, faultRefusal(fault), fault);
    if (kind === "in-progress") return reply.code(202).type("application/json").send(inProgress);
    const answered = answer({ account: admit(world, api, id, request, allowed), body, request });
    if (!fault) return reply.code(answered.status).type("application/json").send(answered.text);
    reply.hijack();
    await deliver(reply.raw, fault, answered);
    return reply;
  } catch (error) {
    if (error instanceof Refusal) return refuse(world, reply, error);
    throw error;
  }
}
