import type { GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";
import { type Agent, request } from "undici";
import { GatewayError } from "../../errors.js";
import type { Caller } from "../gateway-port.js";
import { formatted, type LiveOperation } from "./admission.js";
import type { Subscriber } from "./board.js";
import { Latest } from "./latest.js";
import type { State } from "./state.js";
import type { LiveTime } from "./time.js";
import type { Viewer } from "./viewer.js";

/** What a router says of the address that states are sent to. */
export interface Callback {
  url: string;
  id: string;
  verifier: string;
  /** How often the router wants a sign of life, ms; 0: never. */
  heartbeatMs: number;
}

export interface CallbackSubscriberOptions {
  callback: Callback;
  operation: LiveOperation;
  viewer: Viewer;
  agent: Agent;
  /** Told of each state that was taken. */
  pushed: () => void;
  time: LiveTime;
  log: Logger;
}

type Action = "check" | "next" | "complete";

/** A router that cannot be reached so often one after another has gone. */
const mostFailures = 5;
const firstPauseMs = 1_000;
/** A sign of life comes well before the router begins to doubt. */
const heartbeatShare = 2 / 3;

/** A subscription of a router: each state is posted to its address, the latest where the router is slower than they come. */
export class CallbackSubscriber implements Subscriber {
  /** States that were taken. */
  sent = 0;
  /** Resolves when the subscription has ended, however it did. */
  readonly ended: Promise<void>;
  readonly #begunAt: number;
  readonly #states: Latest<State>;
  #isOver = false;
  #failures = 0;
  #cancelHeartbeat: () => void = () => undefined;
  #resolve: () => void = () => undefined;

  constructor(private readonly options: CallbackSubscriberOptions) {
    this.#begunAt = options.time.monotonic();
    this.#states = new Latest((state) => this.#deliver(state));
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get caller(): Caller {
    return this.options.viewer.caller;
  }

  get seconds(): number {
    return Math.round((this.options.time.monotonic() - this.#begunAt) / 1000);
  }

  /** Throws BAD_USER_INPUT when the router does not know of the subscription. */
  async check(): Promise<void> {
    const status = await this.#post("check");
    if (status !== null && isTaken(status)) return;
    const how = status === null ? "cannot be reached" : `answers ${status}`;
    throw new GatewayError("BAD_USER_INPUT", `The address callbackUrl does not confirm the subscription: it ${how}.`);
  }

  /** The signs of life begin. */
  start(): void {
    const { time, callback } = this.options;
    if (callback.heartbeatMs === 0 || this.#isOver) return;
    this.#cancelHeartbeat = time.after(heartbeatShare * callback.heartbeatMs, async () => {
      this.#judge(await this.#post("check"));
      this.start();
    });
  }

  async isStillAllowed(): Promise<boolean> {
    const { viewer, operation } = this.options;
    const refusal = (await viewer.refusal()) ?? operation.refusal();
    if (refusal) this.end([formatted(refusal)]);
    return refusal === null;
  }

  next(state: State): void {
    this.#states.offer(state);
  }

  end(errors: readonly GraphQLFormattedError[]): void {
    void this.complete(errors);
  }

  /** Tells the router that no further state comes. */
  async complete(errors: readonly GraphQLFormattedError[]): Promise<void> {
    if (this.#isOver) return;
    this.#over();
    await this.#post("complete", errors.length > 0 ? `,"errors":${JSON.stringify(errors)}` : "");
  }

  #over(): void {
    this.#isOver = true;
    this.#states.end();
    this.#cancelHeartbeat();
    this.#resolve();
  }

  /** Tries again while the router may come back, unless a newer state is there by then. */
  async #deliver({ text }: State): Promise<void> {
    while (!this.#isOver) {
      const verdict = this.#judge(await this.#post("next", `,"payload":${text}`));
      if (verdict === "taken") {
        this.sent++;
        this.options.pushed();
      }
      if (verdict !== "again") return;
      await new Promise<void>((resolve) => {
        this.options.time.after(firstPauseMs * 2 ** (this.#failures - 1), resolve);
      });
      if (this.#states.hasNewer) return;
    }
  }

  /** `status`: null when the router could not be reached. One that does not know the subscription any more ends it. */
  #judge(status: number | null): "taken" | "again" | "over" {
    if (this.#isOver) return "over";
    if (status !== null && isTaken(status)) {
      this.#failures = 0;
      return "taken";
    }
    this.#failures++;
    const isLost = status !== null && status >= 400 && status < 500;
    if (!isLost && this.#failures < mostFailures) return "again";
    this.options.log.info({ caller: this.caller.id, status }, "A router has left its subscription");
    this.#over();
    return "over";
  }

  /** `more`: further members of the message, as JSON. */
  async #post(action: Action, more = ""): Promise<number | null> {
    const { callback, agent, log } = this.options;
    const { url, id, verifier } = callback;
    const message = JSON.stringify({ kind: "subscription", action, id, verifier });
    try {
      const { statusCode, body } = await request(url, {
        method: "POST",
        dispatcher: agent,
        headers: { "content-type": "application/json", "subscription-protocol": "callback/1.0" },
        body: `${message.slice(0, -1)}${more}}`,
      });
      await body.dump();
      return statusCode;
    } catch (error) {
      log.debug({ err: error, action }, "A router could not be reached");
      return null;
    }
  }
}

const isTaken = (status: number): boolean => status >= 200 && status < 300;
