import type { GraphQLFormattedError } from "graphql";
import type { Caller } from "../gateway-port.js";
import { formatted, type LiveOperation, Refused } from "./admission.js";
import type { Subscriber } from "./board.js";
import type { Connection } from "./connection.js";
import { Latest } from "./latest.js";
import type { State } from "./state.js";

/**
 * A subscription of a socket. Its states go to the socket as they are, without being printed again. A client that is slower than they
 * come gets the latest: one state is on its way, and at most one waits.
 */
export class SocketSubscriber implements Subscriber {
  /** States that were sent. */
  sent = 0;
  /** Resolves when the subscription has ended; rejects with Refused when it was ended with errors. */
  readonly ended: Promise<void>;
  isOver = false;
  readonly #states: Latest<State>;
  #resolve: () => void = () => undefined;
  #reject: (error: Refused) => void = () => undefined;

  constructor(
    private readonly connection: Connection,
    private readonly operation: LiveOperation,
    id: string,
    pushed: () => void,
  ) {
    const begin = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    this.#states = new Latest(({ end }) => {
      this.sent++;
      pushed();
      return connection.send(begin, end);
    });
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get caller(): Caller {
    return this.connection.caller!;
  }

  async isStillAllowed(): Promise<boolean> {
    if (!(await this.connection.isStillAllowed())) return false;
    const refusal = this.operation.refusal();
    if (refusal) this.end([formatted(refusal)]);
    return refusal === null;
  }

  next(state: State): void {
    this.#states.offer(state);
  }

  end(errors: readonly GraphQLFormattedError[]): void {
    this.isOver = true;
    this.#states.end();
    if (errors.length > 0) this.#reject(new Refused(errors));
    else this.#resolve();
  }
}
