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
const ofHeaders = secrets.map((name) => (name.startsWith("[") ? `headers${name}` : `headers.${name}`));

/**
 * The program's log: one JSON line each. Errors are written by what every error has, so that nothing which a library has put beside it
 * (headers, a request) can show a secret. Redaction names fixed places: a wildcard costs ten times as much as the line itself.
 */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      redact: { paths: [...secrets, ...ofHeaders], censor: "[secret]" },
      serializers: { err: shownError },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );

/** Causes deeper than this are left out: they may lead back to themselves. */
const deepest = 5;

function shownError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = (value: unknown) => shownError(value, depth + 1);
  return {
    type: error.constructor.name,
    message: error.message,
    ...(typeof code === "string" && { code }),
    ...(error instanceof GatewayError && { extensions: error.extensions }),
    stack: error.stack,
    ...(cause !== undefined && depth < deepest && { cause: inner(cause) }),
    ...(Array.isArray(errors) && depth < deepest && { errors: errors.map(inner) }),
  };
}

/** A failure that a client would be told by its code is one plain line; of any other the log has the whole error. */
export function warnOf(log: Logger, message: string, error: unknown): void {
  if (error instanceof GatewayError) log.warn({ error: error.extensions }, `${message}: ${error.message}`);
  else log.warn({ err: error }, message);
}
