import { ConfigError } from "../config.js";

/** The program cannot start or go on, for a reason that its operator can act on: one plain sentence, no stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** What to tell the operator about a failure that they can act on; null for a bug. */
export function plainSentence(error: unknown): string | null {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return null;
  const { code, port, address, hostname }: Error & { code?: unknown; port?: unknown; address?: unknown; hostname?: unknown } = error;
  const place = `Port ${port} at ${address}`;
  switch (code) {
    case "EADDRINUSE":
      return `${place} is in use by another program: set PORT to another one, or to 0 for any that is free.`;
    case "EACCES":
      return `${place} may not be used by this user: set PORT to one from 1024 up.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${address ?? hostname} is no address of this machine: set HOST to one that is.`;
    default:
      return null;
  }
}
