import { GatewayError } from "./errors.js";
import type { Readiness } from "./server/gateway-port.js";
import { type Service, services } from "./upstream/call.js";
import type { Standing } from "./upstream/transport/look-ups.js";

interface Examined {
  id: string;
  standing(service: Service): Standing;
  trouble(service: Service): GatewayError | undefined;
}

/**
 * What stands in the way of each account's services, from what is known: a domain or a token is missing, or the last exchange failed.
 * Asks nothing, so it answers at once and costs no budget. Ready when some account can reach one service: anything else nulls only its own
 * fields. A platform that fails does not make the gateway unready: then no requests would come, and nothing would find it well again.
 */
export function readinessOf(accounts: readonly Examined[]): Readiness {
  const found = accounts.map((account) => ({ id: account.id, states: services.map((service) => state(service, account)) }));
  return {
    ready: found.some(({ states }) => states.some(({ reached }) => reached)),
    accounts: found.map(({ id, states }) => ({ id, services: Object.fromEntries(states.map(({ service, said }) => [service, said])) })),
  };
}

function state(service: Service, { standing, trouble }: Examined): { service: Service; reached: boolean; said: string } {
  const { known, failure } = standing(service);
  if (failure && !(failure instanceof GatewayError)) throw failure;
  if (!known) return { service, reached: false, said: failure.message };
  const renewal = failure && `${failure.message} What was known before serves on.`;
  return { service, reached: true, said: trouble(service)?.message ?? renewal ?? "ok" };
}
