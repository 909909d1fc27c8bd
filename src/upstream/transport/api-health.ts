import { type ErrorCode, GatewayError } from "../../errors.js";
import type { Service } from "../call.js";
import { type ApiName, metricsApiOf } from "../question.js";
import { serviceOf } from "./session.js";

/** Failures that say something of the platform, not of one question or of our own budget. */
const faults: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_INVALID_RESPONSE",
]);

/** How the APIs of an account did last; a change is told once, so that an outage behind stale answers does not pass unseen. */
export class Condition {
  readonly #troubles = new Map<ApiName, GatewayError>();

  constructor(
    private readonly account: string,
    private readonly tell: (message: string) => void,
  ) {}

  well(api: ApiName): void {
    if (this.#troubles.delete(api)) this.tell(`${metricsApiOf[api]} of account ${this.account} answers again.`);
  }

  /** Anything but a fault of the platform changes nothing. */
  ill(api: ApiName, error: unknown): void {
    if (!(error instanceof GatewayError) || !faults.has(error.code)) return;
    if (!this.#troubles.has(api)) this.tell(`${metricsApiOf[api]} of account ${this.account} fails: ${error.message}`);
    this.#troubles.set(api, error);
  }

  /** Why an API of the service failed last; undefined when all went well. */
  trouble(service: Service): GatewayError | undefined {
    return [...this.#troubles].find(([api]) => serviceOf[api] === service)?.[1];
  }
}
