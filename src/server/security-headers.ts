import type { FastifyHelmetOptions } from "@fastify/helmet";

/**
 * What pages of the gateway may do: load from the gateway alone. GraphiQL needs inline styles, and workers from blobs.
 * Transport security is the affair of whoever ends TLS: over plain HTTP its headers would break the page.
 */
export const securityHeaders: FastifyHelmetOptions = {
  hsts: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      workerSrc: ["'self'", "blob:"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'", "data:"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
};
