import { GatewayError } from "../errors.js";
import { apiByName } from "../upstream/apis/registry.js";
import type { CallByApi, CallContext, Fetch, Fetched } from "../upstream/call.js";
import type { ApiName, ReplyByApi } from "../upstream/question.js";

/** Reads the call whole, however many exchanges it takes. Throws UPSTREAM_INVALID_RESPONSE when any section is faulty. */
export async function wholeCall<A extends ApiName>(
  fetch: Fetch<A>,
  call: CallByApi[A],
  { account, source, exchange, now }: Pick<CallContext, "account" | "source" | "exchange" | "now">,
): Promise<Fetched<ReplyByApi[A]>> {
  const fetched = await fetch(call, { account, source, exchange, now, expects: () => true, parts: 1, read: () => undefined });
  const [fault] = Object.values(fetched.reply.faults ?? {}) as string[];
  if (fault !== undefined) throw new GatewayError("UPSTREAM_INVALID_RESPONSE", fault, { api: apiByName[call.api].metricsApi, account });
  return fetched;
}
