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

/** Lines are written together: as soon as they are so long, bytes, or after so long, ms. */
const writtenTogether = { bytes: 8_192, afterMs: 100 };
/** More than this is not held for a reader of the log that does not read, bytes: later lines are dropped, and counted. */
const mostHeldBytes = 32 * 1_048_576;
const warning = 40;

/**
 * One system call for each line would take a seventh of the time of a kept answer. A warning or an error is written at once, and what is held
 * when the program ends is written then. A reader that is slow holds up no request.
 */
function standardOutput(): DestinationStream {
  const limits = { minLength: writtenTogether.bytes, maxLength: mostHeldBytes };
  // With texts it would measure all that it holds again at each line.
  const output = pino.destination({ dest: 1, sync: false, contentMode: "buffer", ...limits });
  let due: NodeJS.Timeout | undefined;
  let heldBytes = 0;
  let dropped = 0;
  const write = (line: string, soon: boolean) => {
    const bytes = Buffer.from(line);
    heldBytes += bytes.length;
    output.write(bytes as unknown as string); // Its types know texts alone.
    if (soon) flush();
    else due ??= setTimeout(flush, writtenTogether.afterMs).unref();
  };
  let isAsked = false;
  const flush = () => {
    clearTimeout(due);
    due = undefined;
    isAsked = true;
    output.flush();
  };
  output.on("write", (bytes: number) => (heldBytes -= bytes));
  output.on("drop", (line: Buffer) => {
    heldBytes -= line.length;
    dropped += 1;
  });
  output.on("drain", () => {
    if (dropped > 0) {
      const lost = { level: warning, time: new Date().toISOString(), dropped, msg: "Lines of the log were dropped: nothing read them" };
      dropped = 0;
      write(`${JSON.stringify(lost)}\n`, true);
    } else if (isAsked && heldBytes > 0) {
      // What came while other lines were being written is not part of that, even when it was asked for.
      output.flush();
    } else {
      isAsked = false;
    }
  });
  return {
    // pino then sets the level of each line before it writes the line.
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    flushSync: () => output.flushSync(),
    write(line: string) {
      write(line, this.lastLevel >= warning);
    },
  } as DestinationStream & { lastLevel: number };
}
