import cors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { originMatcher } from "./origins.js";

/** Headers of our answers that a page may read beside those that every page may. */
const exposedHeaders = ["Retry-After", "Server-Timing", "WWW-Authenticate", "x-gateway-simulated", "x-request-id"];
/** How long a browser may remember the answer to a preflight, seconds: the longest that Chromium takes. */
const maxAge = 7200;

/**
 * Lets pages of CORS_ORIGINS send requests to the paths of the scope and read the answers, refusals included. A preflight is answered
 * before anybody is asked for credentials, because it carries none. A page may send any header: its origin is named, and what its headers
 * may do is decided by the credentials in them. Cookies are never allowed. Nothing happens where no origin is named.
 */
export async function allowOrigins(scope: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const isAllowed = originMatcher(origins);
  await scope.register(cors, {
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin)),
    methods: ["GET", "POST"],
    exposedHeaders,
    maxAge,
  });
}
