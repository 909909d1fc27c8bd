import type { GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";
import type { Caller, Gateway } from "../gateway-port.js";
import { internalError } from "../masking.js";
import { formatted, type LiveOperation } from "./admission.js";
import { Board, type MakeState, type Subscriber } from "./board.js";
import { stateOf } from "./state.js";
import type { LiveTime } from "./time.js";

export interface BoardsOptions {
  gateway: Pick<Gateway, "execute" | "request" | "audience">;
  time: LiveTime;
  mask: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  log: Logger;
  /** Told of each state that is made; left out: nobody. */
  made?: () => void;
}

/** All boards of the process: whoever asks for the same with the same rights shares one. */
export class Boards {
  readonly #boards = new Map<string, Board>();

  constructor(private readonly options: BoardsOptions) {}

  /** Subscriptions that are executed; each may have any number of subscribers. */
  get size(): number {
    return this.#boards.size;
  }

  /** From now on the subscriber is sent the states of the operation, until the returned function is called or it is told the end. */
  join(operation: LiveOperation, subscriber: Subscriber): () => void {
    const key = this.#keyOf(operation, subscriber.caller);
    const board = this.#boards.get(key) ?? this.#begin(key, operation);
    board.join(subscriber);
    return () => board.leave(subscriber);
  }

  #begin(key: string, operation: LiveOperation): Board {
    const { time, log } = this.options;
    const board: Board = new Board({
      operation,
      make: this.#make,
      time,
      over: () => this.#boards.delete(key),
      failed: (error) => {
        log.error({ err: error }, "A subscription failed unexpectedly");
        board.end([formatted(internalError)]);
      },
    });
    this.#boards.set(key, board);
    return board;
  }

  /** The rights of the first are those of all: they are part of the key. No state reads what only routers may. */
  readonly #make: MakeState = (operation, callers, which, signal) => {
    const { gateway, mask, made } = this.options;
    made?.();
    const caller: Caller = { ...callers[0]!, router: false };
    return stateOf({ gateway, operation, caller, state: { which, callers: callers.map(({ id }) => id) }, signal, mask });
  };

  /** What is executed, and all that decides what the caller may see: which accounts, which rights, and whose credential reads them. */
  #keyOf({ text, operationName, variables }: LiveOperation, caller: Caller): string {
    const audience = this.options.gateway.audience({ ...caller, router: false });
    return JSON.stringify([text, operationName, sorted(variables), audience]);
  }
}

/** The same value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
