import { systemClock } from "../../../src/clock.js";
import { createTransport } from "../../../src/upstream/transport/transport.js";

/** Starts a transport to the platform named on the command line, and leaves it to the process to end. */
const [url = ""] = process.argv.slice(2);
const account = { id: "le1", services: { csds: url }, credentials: { kind: "client", clientId: "id", clientSecret: "hush" } } as const;
await createTransport(account, {}, systemClock).start(
  () => 0,
  () => undefined,
);
process.disconnect?.();
