import { soundReply } from "../upstream/apis/sound-reply.js";
import type { CallByApi, CallContext, Fetch, Fetched } from "../upstream/call.js";
import type { ApiName, ReplyByApi } from "../upstream/question.js";

/** Reads the call whole, however many exchanges it takes. Throws UPSTREAM_INVALID_RESPONSE when any section is faulty. */
export async function wholeCall<A extends ApiName>(
  fetch: Fetch<A>,
  call: CallByApi[A],
  { account, exchange, now }: Pick<CallContext, "account" | "exchange" | "now">,
): Promise<Fetched<ReplyByApi[A]>> {
  const fetched = await fetch(call, { account, exchange, now, expects: () => undefined, parts: 1, read: () => undefined });
  soundReply(fetched.reply, { api: call.api, account });
  return fetched;
}
