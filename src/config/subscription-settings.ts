import { z } from "zod";
import { whole } from "./setting.js";

/** Limits of sockets and subscriptions, and who may be called back. */
export interface SubscriptionsConfig {
  maxSockets: number;
  maxSocketsPerCaller: number;
  maxSubscriptions: number;
  maxSubscriptionsPerCaller: number;
  maxSubscriptionsPerSocket: number;
  /** How long a socket may take to say who it is. */
  initMs: number;
  heartbeatMs: number;
  /** How long a socket may be open without a subscription. */
  idleMs: number;
  lifetimeMs: number;
  /** Addresses that may be called back begin with one of these; empty: nobody is called back. */
  callbackUrls: readonly string[];
}

const originBound =
  "origins with their scheme, such as https://app.example.com or https://*.example.com, without a path, separated by commas";
const origin = /^https?:\/\/(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/;
const callbackBound =
  "one to twenty URLs that start with https:// or http:// and hold a path, without user, query and fragment, separated by commas";

const listed = (given: string): string[] => given.split(",").map((each) => each.trim());

function isCallbackPrefix(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password, search, hash } = new URL(given);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}

export const subscriptionSettings = {
  CORS_ORIGINS: z
    .string()
    .transform((given) => listed(given.toLowerCase()))
    .refine((origins) => origins.every((each) => origin.test(each)), originBound)
    .optional()
    .describe(originBound),
  MAX_SOCKETS: whole(1, 100_000, 5000),
  MAX_SOCKETS_PER_CALLER: whole(1, 100_000, 1000),
  MAX_SUBSCRIPTIONS: whole(1, 1_000_000, 10_000),
  MAX_SUBSCRIPTIONS_PER_CALLER: whole(1, 1_000_000, 2000),
  MAX_SUBSCRIPTIONS_PER_SOCKET: whole(1, 10_000, 100),
  SOCKET_INIT_SECONDS: whole(1, 60, 5),
  SOCKET_HEARTBEAT_SECONDS: whole(1, 600, 20),
  SOCKET_IDLE_SECONDS: whole(1, 86_400, 300),
  SOCKET_LIFETIME_SECONDS: whole(1, 2_592_000, 86_400),
  SUBSCRIPTION_CALLBACK_URLS: z
    .string()
    .transform(listed)
    .refine((urls) => urls.length <= 20 && urls.every(isCallbackPrefix), { error: callbackBound, abort: true })
    .transform((urls) => urls.map((url) => new URL(url).href))
    .optional()
    .describe(callbackBound),
} satisfies z.ZodRawShape;

type Set = z.output<z.ZodObject<typeof subscriptionSettings>>;

export const subscriptionsOf = (set: Set): SubscriptionsConfig => ({
  maxSockets: set.MAX_SOCKETS,
  maxSocketsPerCaller: set.MAX_SOCKETS_PER_CALLER,
  maxSubscriptions: set.MAX_SUBSCRIPTIONS,
  maxSubscriptionsPerCaller: set.MAX_SUBSCRIPTIONS_PER_CALLER,
  maxSubscriptionsPerSocket: set.MAX_SUBSCRIPTIONS_PER_SOCKET,
  initMs: set.SOCKET_INIT_SECONDS * 1000,
  heartbeatMs: set.SOCKET_HEARTBEAT_SECONDS * 1000,
  idleMs: set.SOCKET_IDLE_SECONDS * 1000,
  lifetimeMs: set.SOCKET_LIFETIME_SECONDS * 1000,
  callbackUrls: set.SUBSCRIPTION_CALLBACK_URLS ?? [],
});
