import { GatewayError } from "../../errors.js";
import { type ApiName, metricsApiOf, type ReplyByApi } from "../question.js";

/** The reply, if no section of it is faulty. Throws UPSTREAM_INVALID_RESPONSE with the first fault. */
export function soundReply<R extends ReplyByApi[ApiName]>(reply: R, { api, account }: { api: ApiName; account: string }): R {
  const [fault] = Object.values<string>(reply.faults ?? {});
  if (fault === undefined) return reply;
  throw new GatewayError("UPSTREAM_INVALID_RESPONSE", fault, { api: metricsApiOf[api], account });
}
