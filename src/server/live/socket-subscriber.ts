import type { GraphQLFormattedError } from "graphql";
import type { Caller } from "../gateway-port.js";
import { Refused } from "./admission.js";
import type { Subscriber } from "./board.js";
import type { Connection } from "./connection.js";
import type { State } from "./state.js";

/**
 * A subscription of a socket. Its states go to the socket as they are, without being printed again. A client that is slower than they
 * come gets the latest: one state is on its way, and at most one waits.
 */
export class SocketSubscriber implements Subscriber {
  #isSending = false;
  #waiting: State | null = null;
  #isOver = false;
  #settle: { resolve: () => void; reject: (error: Refused) => void } | null = null;
  /** States that were sent. */
  sent = 0;

  constructor(
    private readonly connection: Connection,
    private readonly id: string,
  ) {}

  get caller(): Caller {
    return this.connection.caller!;
  }

  isStillAllowed(): Promise<boolean> {
    return this.connection.isStillAllowed();
  }

  next(state: State): void {
    if (this.#isOver) return;
    if (this.#isSending) this.#waiting = state;
    else void this.#send(state);
  }

  end(errors: readonly GraphQLFormattedError[]): void {
    this.#isOver = true;
    if (errors.length > 0) this.#settle?.reject(new Refused(errors));
    else this.#settle?.resolve();
  }

  /** Resolves when the subscription has ended, and rejects with Refused when it was ended with errors. To be called once. */
  ended(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  async #send(state: State): Promise<void> {
    this.#isSending = true;
    this.sent++;
    await this.connection.send(`{"id":${JSON.stringify(this.id)},"type":"next","payload":`, state.bytes, "}");
    this.#isSending = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting && !this.#isOver) void this.#send(waiting);
  }
}
