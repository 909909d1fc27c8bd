import { type DestinationStream, type Logger, pino } from "pino";
import { GatewayError } from "../errors.js";

const secrets = [
  "authorization",
  "cookie",
  "token",
  "bearer",
  "clientId",
  "clientSecret",
  "access_token",
  '["x-api-key"]',
  '["x-router-secret"]',
];
const under = (path: string) => secrets.map((name) => (name.startsWith("[") ? `${path}${name}` : `${path}.${name}`));

/** The program's log: one JSON line each, without the values of secrets wherever they usually stand. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      redact: { paths: [...secrets, ...under("headers"), ...under("*"), ...under("*.headers")], censor: "[secret]" },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );

/** A failure that a client would be told by its code is one plain line; of any other the log has the whole error. */
export function warnOf(log: Logger, message: string, error: unknown): void {
  if (error instanceof GatewayError) log.warn({ error: error.extensions }, `${message}: ${error.message}`);
  else log.warn({ err: error }, message);
}
