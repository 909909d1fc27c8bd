import { type ErrorCode, GatewayError } from "../../errors.js";
import type { Api } from "../apis/descriptor.js";
import type { Service } from "../call.js";

/** Failures that say something of the platform, not of one question or of our own budget. */
const faults: ReadonlySet<ErrorCode> = new Set([
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAUTHORIZED",
  "UPSTREAM_INVALID_RESPONSE",
]);

type Examined = Pick<Api, "metricsApi" | "service">;

/** How the APIs of an account did last. A change is logged once, so that an outage behind stale answers does not pass unseen. */
export class ApiHealth {
  readonly #troubles = new Map<string, { service: Service; error: GatewayError }>();

  constructor(
    private readonly account: string,
    private readonly log: (message: string) => void,
  ) {}

  well({ metricsApi }: Examined): void {
    if (this.#troubles.delete(metricsApi)) this.log(`${metricsApi} of account ${this.account} answers again.`);
  }

  /** Anything but a fault of the platform changes nothing. */
  ill({ metricsApi, service }: Examined, error: unknown): void {
    if (!(error instanceof GatewayError) || !faults.has(error.code)) return;
    if (!this.#troubles.has(metricsApi)) this.log(`${metricsApi} of account ${this.account} fails: ${error.message}`);
    this.#troubles.set(metricsApi, { service, error });
  }

  /** Why an API of the service failed last; undefined when all went well. */
  trouble(service: Service): GatewayError | undefined {
    return [...this.#troubles.values()].find((trouble) => trouble.service === service)?.error;
  }
}
