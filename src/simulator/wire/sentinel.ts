import type { Account } from "./account.js";
import { bad, Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Client id and secret, from the form or from HTTP Basic. */
function credentials(form: URLSearchParams, authorization: string | undefined): { id: string; secret: string } {
  const basic = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
  if (basic === undefined) return { id: form.get("client_id") ?? "", secret: form.get("client_secret") ?? "" };
  const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":");
  return { id, secret };
}

/** POST /sentinel/api/v2/account/{id}/app/token: client credentials; expires_in is a string. */
export function answerToken(world: World, account: Account, body: string, authorization: string | undefined): unknown {
  const form = new URLSearchParams(body);
  if (form.get("grant_type") !== "client_credentials") throw bad("grant_type must be client_credentials.");
  const { id, secret } = credentials(form, authorization);
  if (id !== account.clientId || secret !== account.clientSecret) throw new Refusal(401, ["Client authentication failed."]);
  const { tokenSeconds } = world.variants;
  return {
    access_token: world.tokens.issue(account.id, world.now(), tokenSeconds),
    token_type: "Bearer",
    expires_in: String(tokenSeconds),
  };
}
