import { GraphQLError, type GraphQLFormattedError } from "graphql";
import type { AbandonedSignal } from "../../graphql/context.js";
import type { Caller, Gateway, LiveState, Report } from "../gateway-port.js";
import type { LiveOperation } from "./admission.js";

/** One state of a subscription: what its subscribers are sent, made once for all of them. */
export interface State {
  /** The payload of the message: a GraphQL result as JSON. */
  readonly text: string;
  /** The same as UTF-8, with the brace that ends the message of a socket; made once, when the first socket needs it. */
  readonly end: Buffer;
  readonly errors: readonly GraphQLFormattedError[];
  /** True when there is no figure in it and another state would have none either: the operation cannot be served to this caller. */
  readonly isRefusal: boolean;
  /** True when something in it could not be had, so that asking again may help. */
  readonly isFailing: boolean;
  readonly report: Report;
  /** Equal for states between which nothing that was selected has changed. */
  readonly content: string;
}

export interface StateOptions {
  gateway: Pick<Gateway, "execute" | "request">;
  operation: LiveOperation;
  caller: Caller;
  state: LiveState;
  signal: AbandonedSignal;
  mask: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** Executes the operation once. Never rejects: what fails is part of the state. */
export async function stateOf({ gateway, operation, caller, state, signal, mask }: StateOptions): Promise<State> {
  const request = gateway.request({ explain: null, caller, state, signal });
  const { document, operationName, variables } = operation;
  let data: unknown;
  let failures: readonly GraphQLError[] = [];
  try {
    await request.prepare({ document, operationName, variables });
    const result = await gateway.execute({ document, operationName, variables, context: request.context, values: operation.values });
    data = result.data;
    failures = result.errors ?? [];
  } catch (error) {
    failures = [error instanceof GraphQLError ? error : new GraphQLError("", { originalError: error as Error })];
  }
  const errors = failures.map((error) => mask(error.toJSON(), error));
  const report = request.report();
  return asState(data ?? null, errors, report);
}

function asState(data: unknown, errors: readonly GraphQLFormattedError[], report: Report): State {
  const { freshness } = report;
  const dataText = JSON.stringify(data);
  const errorsText = errors.length > 0 ? `"errors":${JSON.stringify(errors)},` : "";
  const extensionsText = freshness ? `,"extensions":${JSON.stringify({ freshness })}` : "";
  const text = `{${errorsText}"data":${dataText}${extensionsText}}`;
  let end: Buffer | undefined;
  return {
    text,
    get end() {
      end ??= Buffer.from(`${text}}`);
      return end;
    },
    errors,
    isRefusal: errors.length > 0 && !hasFigures(data) && !errors.some(isRetryable),
    isFailing: errors.some(isRetryable) || (freshness?.failures?.length ?? 0) > 0,
    report,
    content: `${dataText} ${JSON.stringify(errors.map(({ path, extensions }) => JSON.stringify([path, extensions?.code])).sort())}`,
  };
}

const hasFigures = (data: unknown): boolean =>
  data !== null && typeof data === "object" && Object.values(data).some((value) => value !== null);

const isRetryable = ({ extensions }: GraphQLFormattedError): boolean => extensions?.retryable === true;
