import type { AddressInfo } from "node:net";

/** Base URL of a server that listens. */
export function urlOf(address: string | AddressInfo | null, host: string): string {
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}
