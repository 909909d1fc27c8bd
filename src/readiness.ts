import { GatewayError } from "./errors.js";
import type { Readiness } from "./server/gateway-port.js";
import type { Service } from "./upstream/call.js";

const services: readonly Service[] = ["operations", "keyMetrics", "intervalMetrics"];

interface Examined {
  id: string;
  reach(service: Service): Promise<void>;
  trouble(service: Service): GatewayError | undefined;
}

/**
 * What stands in the way of each account's services: that a domain or a token is not to be had, or how the last exchange
 * failed. Asks none of the four APIs, so it costs no budget. Ready when some account can reach one service: everything else
 * nulls its own fields only. That the platform fails does not make the gateway unready: nobody would ask, and find it well again.
 */
export async function readinessOf(accounts: readonly Examined[]): Promise<Readiness> {
  const told = accounts.map(async (account) => ({
    id: account.id,
    states: await Promise.all(services.map((service) => state(service, account))),
  }));
  const found = await Promise.all(told);
  return {
    ready: found.some(({ states }) => states.some(({ reached }) => reached)),
    accounts: found.map(({ id, states }) => ({ id, services: Object.fromEntries(states.map(({ service, said }) => [service, said])) })),
  };
}

async function state(service: Service, { reach, trouble }: Examined): Promise<{ service: Service; reached: boolean; said: string }> {
  try {
    await reach(service);
    return { service, reached: true, said: trouble(service)?.message ?? "ok" };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { service, reached: false, said: error.message };
  }
}
