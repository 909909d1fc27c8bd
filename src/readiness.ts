import { GatewayError } from "./errors.js";
import type { Readiness } from "./server/gateway-port.js";
import type { Service } from "./upstream/call.js";

const services: readonly Service[] = ["operations", "keyMetrics", "intervalMetrics"];

/**
 * Which services each account can reach: their domains are known and a token is at hand. Asks none of the four APIs, so it
 * costs no budget. Ready when some account can reach one of them: everything else nulls its own fields only, and the trouble of one
 * account must not take the others' gateway away.
 */
export async function readinessOf(accounts: readonly { id: string; reach(service: Service): Promise<void> }[]): Promise<Readiness> {
  const told = accounts.map(async ({ id, reach }) => ({
    id,
    services: Object.fromEntries(await Promise.all(services.map((service) => state(service, reach)))),
  }));
  const states = await Promise.all(told);
  return { ready: states.some(({ services }) => Object.values(services).includes("ok")), accounts: states };
}

async function state(service: Service, reach: (service: Service) => Promise<void>): Promise<readonly [Service, string]> {
  try {
    await reach(service);
    return [service, "ok"];
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return [service, error.message];
  }
}
