import { ApolloServerErrorCode } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";
import { GatewayError } from "../errors.js";
import { tokensOf, tooLarge } from "./operation-limits.js";

/** What a client reads in place of a bug. */
export const internalError = new GatewayError("INTERNAL_SERVER_ERROR", "Something went wrong in the gateway. Its log says what.");

const ownCodes: ReadonlySet<unknown> = new Set(
  [...Object.values(ApolloServerErrorCode), "BAD_REQUEST"].filter((code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR),
);

/**
 * Apollo's formatError: gateway errors pass, and so do Apollo's own about parsing, validation and the choice of an operation.
 * A parser stopped by `maxQueryTokens` or by the end of the stack becomes QUERY_TOO_LARGE. Everything else is a bug: logged, and masked as INTERNAL_SERVER_ERROR.
 */
export const masked =
  (log: Logger, { maxQueryTokens, maxQueryDepth }: { maxQueryTokens: number; maxQueryDepth: number }) =>
  (whole: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const formatted = { ...whole, message: cut(whole.message) };
    const cause = causeOf(error);
    if (cause instanceof GatewayError) return inPlaceOf(formatted, cause);
    if (cause instanceof RangeError && isOfParser(formatted)) return inPlaceOf(formatted, tooDeep(maxQueryDepth));
    if (formatted.message === validationAborted) return inPlaceOf(formatted, tooAlike);
    if (formatted.path === undefined && isUncodedRefusal(error)) return { ...formatted, extensions: { code: "BAD_REQUEST" } };
    if (isOfParser(formatted)) return tokensChecked(formatted, error, maxQueryTokens);
    if (formatted.path === undefined && ownCodes.has(formatted.extensions?.code)) return formatted;
    if (isArgumentRefusal(cause)) {
      return inPlaceOf(formatted, new GatewayError("BAD_USER_INPUT", formatted.message));
    }
    log.error({ err: cause, path: formatted.path }, "An answer held an unexpected error, which was masked");
    return inPlaceOf(formatted, internalError);
  };

const isOfParser = ({ extensions }: GraphQLFormattedError): boolean => extensions?.code === ApolloServerErrorCode.GRAPHQL_PARSE_FAILED;

/** The parser calls itself for each level. */
const tooDeep = (limit: number) =>
  tooLarge("MAX_QUERY_DEPTH", `${limit} levels of fields`, "document is nested deeper than it can be read");

/** What graphql says when fields of one response key, compared pair by pair, have used up its own budget of comparisons. */
const validationAborted = "Validation aborted.";
const tooAlike = new GatewayError("QUERY_TOO_LARGE", "The operation repeats too many fields to be validated: select each field once.");

/** Apollo gives its refusals of a persisted query's form a status, but no code. */
const isUncodedRefusal = (error: unknown): boolean =>
  error instanceof GraphQLError && !error.originalError && error.extensions.http !== undefined && error.extensions.code === undefined;

const longestMessage = 1000;

/** A message may quote a name or a value of the client's, as long as a body, and there is one for each place it stands at. */
const cut = (message: string): string => (message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message);

/** What was thrown, without the wrappers that graphql puts around it to add a path. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}

/** graphql gives no code to an argument that turned out wrong during execution, such as a variable that is null against its default. */
const isArgumentRefusal = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && error.message.startsWith('Argument "');

const countedTimes = 3;

function tokensChecked(formatted: GraphQLFormattedError, error: unknown, limit: number): GraphQLFormattedError {
  // To count all of a large document would take longer than to refuse it.
  const most = countedTimes * limit;
  const count = error instanceof GraphQLError && error.source ? tokensOf(error.source, most) : 0;
  if (count <= limit) return formatted;
  return inPlaceOf(
    formatted,
    tooLarge("MAX_QUERY_TOKENS", `${limit} tokens`, `document has ${count > most ? `more than ${most}` : count}`),
  );
}

const inPlaceOf = (formatted: GraphQLFormattedError, { message, extensions }: GatewayError): GraphQLFormattedError => ({
  ...formatted,
  message,
  extensions: { ...extensions },
});
