import { ApolloServerErrorCode } from "@apollo/server/errors";
import { errorCodes } from "../../src/errors.js";

const known: ReadonlySet<unknown> = new Set([
  ...Object.keys(errorCodes),
  ...Object.values(ApolloServerErrorCode),
  "BAD_REQUEST",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
]);

/** What our own files, our dependencies' files and a stack look like. */
const inside = /node_modules|\/(src|dist)\/|\.[jt]s:\d+|\bat [\w.<>]{1,99} \([^)\n]{1,99}:\d+:\d+\)|stacktrace|node:internal|"stack"/;

export interface Told {
  status: number;
  /** In small letters or not. */
  headers: string;
  body: string;
}

/** What is wrong with an answer, whatever had been asked: one sentence each. */
export function faultsOf({ status, headers, body }: Told): string[] {
  const faults: string[] = [];
  if (status === 0) faults.push("no answer");
  if (status >= 500 && !isUnready(status, body)) faults.push(`status ${status}`);
  if (inside.test(body)) faults.push(`shows its inside: ${inside.exec(body)?.[0]}`);
  if (/^(server|x-powered-by):/im.test(headers)) faults.push("names its software");
  for (const { extensions, message } of errorsOf(headers, body)) {
    if (extensions?.code === "INTERNAL_SERVER_ERROR") faults.push("INTERNAL_SERVER_ERROR");
    else if (!known.has(extensions?.code)) faults.push(`unknown code ${String(extensions?.code)}: ${message}`);
    if (message.length > 10_000) faults.push(`a message of ${message.length} characters`);
  }
  return faults;
}

/** Codes of the errors of an answer; none when it is compressed or no JSON. */
export const codesOf = ({ headers, body }: Told): unknown[] => errorsOf(headers, body).map(({ extensions }) => extensions?.code);

const isUnready = (status: number, body: string): boolean => status === 503 && body.includes("GraphiQL is not built");

interface Fault {
  message: string;
  extensions?: { code?: unknown };
}

function errorsOf(headers: string, body: string): Fault[] {
  if (
    !/^content-type: application\/(json|graphql-response\+json)/im.test(headers) ||
    /^content-encoding:|^transfer-encoding:/im.test(headers)
  )
    return [];
  const { errors = [] } = body === "" ? {} : (JSON.parse(body) as { errors?: Fault[] });
  return errors;
}
