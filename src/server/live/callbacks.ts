import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";
import { Agent } from "undici";
import type { SubscriptionsConfig } from "../../config.js";
import { badInput, GatewayError } from "../../errors.js";
import { credentialHeaders } from "../auth.js";
import { type AskedSubscription, formatted, type LiveOperation, Refused } from "./admission.js";
import type { Boards } from "./boards.js";
import { type Callback, CallbackSubscriber } from "./callback-subscriber.js";
import { type Full, tooManySubscriptions } from "./seats.js";
import type { LiveTime } from "./time.js";
import { type Authentication, Viewer } from "./viewer.js";

export interface CallbacksOptions extends Authentication {
  boards: Boards;
  takeSeat: (caller: string) => (() => void) | Full;
  admit: (asked: AskedSubscription) => LiveOperation;
  /** Told of each state that is sent to a subscriber. */
  pushed: () => void;
  config: Pick<SubscriptionsConfig, "callbackUrls">;
  time: LiveTime;
  log: Logger;
}

export interface Callbacks {
  /** Lets routers subscribe in the scope of /graphql. */
  register(scope: FastifyInstance): void;
  /** Tells every router that its subscriptions end. */
  stop(): Promise<void>;
}

const protocol = "callback/1.0";
const longestText = 500;

/**
 * Subscriptions of routers by Apollo's HTTP callback protocol: the router posts the operation with an address, and each state is posted
 * there. Only a router that shows its secret may have an address called, and only one that is allowed.
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol
 */
export function callbacks(options: CallbacksOptions): Callbacks {
  const { boards, takeSeat, admit, pushed, config, time, log } = options;
  const agent = new Agent({ connections: 100, pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const open = new Set<CallbackSubscriber>();

  const subscribe = async (request: FastifyRequest, asked: Readonly<Record<string, unknown>>, given: unknown): Promise<void> => {
    if (!request.caller.router) throw new GatewayError("FORBIDDEN", "Only the router may have an address called.");
    const callback = callbackIn(given, config.callbackUrls);
    const operation = admit(askedIn(asked));
    const presented = Object.fromEntries(credentialHeaders.map((name) => [name, request.headers[name]]));
    const viewer = new Viewer(request.caller, presented, options);
    const seat = takeSeat(viewer.caller.id);
    if (typeof seat !== "function") throw tooManySubscriptions(seat);
    const subscriber = new CallbackSubscriber({ callback, operation, viewer, agent, pushed, time, log });
    try {
      await subscriber.check();
    } catch (error) {
      seat();
      throw error;
    }
    open.add(subscriber);
    const leave = boards.join(operation, subscriber);
    void subscriber.ended.then(() => {
      open.delete(subscriber);
      leave();
      seat();
      const { caller, sent, seconds } = subscriber;
      log.info({ operation: operation.operationName, caller: caller.id, seconds, states: sent, router: true }, "Subscription ended");
    });
    subscriber.start();
  };

  return {
    register(scope) {
      scope.addHook("preHandler", async (request, reply) => {
        if (request.method !== "POST" || !request.headers.accept?.includes("callbackSpec")) return;
        const asked = bodyOf(request.body);
        const given = (asked.extensions as { subscription?: unknown } | null | undefined)?.subscription;
        if (given === undefined) return;
        return answer(reply, await outcome(() => subscribe(request, asked, given)));
      });
    },
    async stop() {
      const stopping = new GatewayError("UPSTREAM_UNAVAILABLE", "The gateway is stopping.");
      await Promise.all([...open].map((subscriber) => subscriber.complete([formatted(stopping)])));
      await agent.close();
    },
  };
}

/** What refuses the subscription; empty when it begins. */
async function outcome(subscribe: () => Promise<void>): Promise<readonly GraphQLFormattedError[]> {
  try {
    await subscribe();
    return [];
  } catch (error) {
    if (error instanceof Refused) return error.errors;
    if (error instanceof GatewayError) return [formatted(error)];
    throw error;
  }
}

function answer(reply: FastifyReply, errors: readonly GraphQLFormattedError[]): FastifyReply {
  reply.header("cache-control", "no-store").header("subscription-protocol", protocol).type("application/json; charset=utf-8");
  if (errors.length === 0) return reply.send(JSON.stringify({ data: null }));
  const isForbidden = errors.some(({ extensions }) => extensions?.code === "FORBIDDEN");
  return reply.code(isForbidden ? 403 : 400).send(JSON.stringify({ data: null, errors }));
}

/** /graphql reads its bodies as bytes. What is no JSON object is left to the way of all requests, which says so. */
function bodyOf(body: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body;
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Throws BAD_USER_INPUT, and FORBIDDEN for an address that is not allowed. */
function callbackIn(given: unknown, allowed: readonly string[]): Callback {
  const { callbackUrl, subscriptionId, verifier, heartbeatIntervalMs = 5_000 } = (given ?? {}) as Record<string, unknown>;
  const text = (name: string, value: unknown): string => {
    if (typeof value === "string" && value.length > 0 && value.length <= longestText) return value;
    throw badInput(`extensions.subscription.${name}`, `a text of 1 to ${longestText} characters`, value ?? null);
  };
  const isInterval = typeof heartbeatIntervalMs === "number" && Number.isInteger(heartbeatIntervalMs);
  if (
    !isInterval ||
    heartbeatIntervalMs < 0 ||
    (heartbeatIntervalMs > 0 && heartbeatIntervalMs < 1_000) ||
    heartbeatIntervalMs > 3_600_000
  ) {
    throw badInput("extensions.subscription.heartbeatIntervalMs", "0, or between 1000 and 3600000", heartbeatIntervalMs);
  }
  return {
    url: allowedUrl(text("callbackUrl", callbackUrl), allowed),
    id: text("subscriptionId", subscriptionId),
    verifier: text("verifier", verifier),
    heartbeatMs: heartbeatIntervalMs,
  };
}

/** Written as %2F or %5C, a slash may be taken for one by what stands before the router: it could lead out of the path again. */
const hiddenSlash = /%2f|%5c/i;

/** The address as it is called, with the dots in its path resolved: one of those allowed, or one below. Throws FORBIDDEN. */
function allowedUrl(given: string, allowed: readonly string[]): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isBelow = (prefix: string) => url?.href.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
  const isPlain = url && !url.username && !url.password && !hiddenSlash.test(url.pathname);
  if (isPlain && allowed.some((prefix) => url.href === prefix || isBelow(prefix))) return url.href;
  const { message } = badInput("extensions.subscription.callbackUrl", "one of SUBSCRIPTION_CALLBACK_URLS, or an address below one", given);
  throw new GatewayError("FORBIDDEN", message);
}

/** Throws BAD_USER_INPUT. */
function askedIn({
  query = "",
  operationName = null,
  variables = null,
  extensions,
  documentId,
}: Readonly<Record<string, unknown>>): AskedSubscription {
  if (typeof query !== "string") throw badInput("query", "a text", query);
  if (operationName !== null && typeof operationName !== "string") throw badInput("operationName", "a text", operationName);
  if (variables !== null && (typeof variables !== "object" || Array.isArray(variables)))
    throw badInput("variables", "an object", variables);
  return {
    query,
    operationName,
    variables: (variables ?? {}) as Record<string, unknown>,
    extensions: (extensions ?? {}) as Record<string, unknown>,
    documentId,
    isRouter: true,
  };
}
