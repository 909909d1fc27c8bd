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
    destination ?? standardOutput(),
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

/** Lines are written together: as soon as they have so many characters, or after so long, ms. */
const writtenTogether = { characters: 8_192, afterMs: 100 };
const warning = 40;

/**
 * One system call for each line would take a seventh of the time of a kept answer. A warning or an error is written at once, with the lines
 * before it. What is held when the program ends is written then; one that is killed loses a tenth of a second of lines without a warning.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true });
  let held: string[] = [];
  let characters = 0;
  let due: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(due);
    due = undefined;
    if (held.length === 0) return;
    const lines = held.join("");
    held = [];
    characters = 0;
    output.write(lines);
  };
  process.on("exit", flush);
  const stream = {
    // pino then sets the level of each line before it writes the line.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    flushSync: flush,
    write(line: string) {
      held.push(line);
      characters += line.length;
      if (characters >= writtenTogether.characters || this.lastLevel >= warning) flush();
      else due ??= setTimeout(flush, writtenTogether.afterMs).unref();
    },
  };
  return stream;
}
