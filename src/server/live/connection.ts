import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { GatewayError } from "../../errors.js";
import { credentialHeaders } from "../auth.js";
import type { Caller } from "../gateway-port.js";
import { type ClientProgram, clientOf } from "../request-headers.js";
import { type Authentication, Viewer } from "./viewer.js";

/** Close codes: of RFC 6455 and its registry, and of the protocol graphql-transport-ws. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  tryAgainLater: 1013,
  forbidden: 4403,
  tooMany: 4429,
  internalError: 4500,
} as const;

export interface ConnectionOptions extends Authentication {
  socket: WebSocket;
  request: IncomingMessage;
  /** Monotonic ms. */
  now: () => number;
  /** A client may leave so many bytes of replies unread. */
  maxUnreadBytes: number;
}

/** A client that does not agree to close within this time is cut off, ms. */
const agreeWithinMs = 2_000;
/** Up to so many bytes one frame with a copy costs less than two without. */
const copiedBytes = 4_096;
/** A reason must fit a close frame. */
const longestReason = 123;

/** One socket: who holds it, and whether it is still of use. */
export class Connection {
  readonly openedAt: number;
  heardAt: number;
  /** Since when it has had no subscription; null while it has one. */
  idleSince: number | null;
  /** What is given back when the socket is closed. */
  readonly releases: (() => void)[] = [];
  #subscriptions = 0;
  #unread = 0;
  #viewer: Viewer | null = null;
  #client: ClientProgram | undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.openedAt = this.heardAt = this.idleSince = options.now();
  }

  get socket(): WebSocket {
    return this.options.socket;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** Null before the client has said who it is. */
  get caller(): Caller | null {
    return this.#viewer?.caller ?? null;
  }

  /** The program behind the socket, by its own word. */
  get client(): ClientProgram | undefined {
    return this.#client;
  }

  /**
   * The client says who it is: in its first message, under the names of the headers; programs may send headers with the request for the
   * socket instead. Null when that is not taken; then the socket has been closed.
   */
  async init(payload: Readonly<Record<string, unknown>>): Promise<Caller | null> {
    const { headers } = this.options.request;
    this.#client = clientOf({ ...headers, ...payload });
    const presented = Object.fromEntries(credentialHeaders.map((name) => [name, payload[name] ?? headers[name]]));
    const viewer = await Viewer.of(presented, this.options);
    if (viewer instanceof GatewayError) this.#refuse(viewer);
    else this.#viewer = viewer;
    return this.caller;
  }

  /** Whether the credentials are still good for the same rights; if not, the socket has been closed. */
  async isStillAllowed(): Promise<boolean> {
    if (!this.#viewer || !this.isOpen) return false;
    const refusal = await this.#viewer.refusal();
    if (refusal) this.#refuse(refusal);
    return refusal === null;
  }

  #refuse({ code, message }: GatewayError): void {
    if (code === "UPSTREAM_UNAVAILABLE") this.close(closeCodes.tryAgainLater, message);
    else if (code === "INTERNAL_SERVER_ERROR") this.close(closeCodes.internalError, message);
    else this.close(closeCodes.forbidden, `Forbidden: ${message}`);
  }

  subscribed(): void {
    this.#subscriptions++;
    this.idleSince = null;
  }

  unsubscribed(): void {
    this.#subscriptions--;
    if (this.#subscriptions === 0) this.idleSince = this.options.now();
  }

  /** Resolves when the reply has been handed to the network, or the socket is closed. */
  reply(text: string): Promise<void> {
    return this.#replied(text.length, (sent) => this.socket.send(text, sent));
  }

  pong(data: Buffer): Promise<void> {
    return this.#replied(data.length, (sent) => this.socket.pong(data, false, sent));
  }

  /** A client who asks and asks, and reads nothing of what it is answered, is cut off. States do not count: of each subscription there is one. */
  async #replied(bytes: number, send: (sent: () => void) => void): Promise<void> {
    if (this.#unread > this.options.maxUnreadBytes) this.socket.terminate();
    if (!this.isOpen) return;
    this.#unread += bytes;
    await new Promise<void>((resolve) => send(resolve));
    this.#unread -= bytes;
  }

  /** Sends a text in two parts, of which the second may be shared with other sockets: a long one is not copied for each. Resolves as `reply` does. */
  send(begin: Buffer, end: Buffer): Promise<void> {
    const { socket } = this;
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const isShared = end.length > copiedBytes;
      if (isShared) socket.send(begin, { binary: false, fin: false });
      socket.send(isShared ? end : Buffer.concat([begin, end]), { binary: false }, () => resolve());
    });
  }

  ping(): void {
    if (this.isOpen) this.socket.ping();
  }

  /** The client has a moment to agree. */
  close(code: number, reason: string): void {
    const { socket } = this.options;
    socket.close(code, reason.length <= longestReason ? reason : `${reason.slice(0, longestReason - 3)}...`);
    const timer = setTimeout(() => socket.terminate(), agreeWithinMs);
    socket.once("close", () => clearTimeout(timer));
  }
}
