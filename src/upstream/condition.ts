import { type ErrorCode, GatewayError } from "../errors.js";
import type { Service } from "./call.js";

/** Failures that say something of the service, not of one question or of our own budget. */
const faults: ReadonlySet<ErrorCode> = new Set(["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAUTHORIZED"]);

/** How the services of an account did last; a change is told once, so that an outage behind stale answers does not pass unseen. */
export class Condition {
  readonly #troubles = new Map<Service, GatewayError>();

  constructor(
    private readonly account: string,
    private readonly tell: (message: string) => void,
  ) {}

  well(service: Service): void {
    if (this.#troubles.delete(service)) this.tell(`${service} of account ${this.account} answers again.`);
  }

  /** Anything but a fault of the service changes nothing. */
  ill(service: Service, error: unknown): void {
    if (!(error instanceof GatewayError) || !faults.has(error.code)) return;
    if (!this.#troubles.has(service)) this.tell(`${service} of account ${this.account} fails: ${error.message}`);
    this.#troubles.set(service, error);
  }

  trouble(service: Service): GatewayError | undefined {
    return this.#troubles.get(service);
  }
}
