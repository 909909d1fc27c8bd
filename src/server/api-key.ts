import { createHash, timingSafeEqual } from "node:crypto";
import type { AuthConfig } from "../config.js";
import { AuthRefusal } from "./auth-refusal.js";
import type { Caller } from "./gateway-port.js";

type ApiKeys = Extract<AuthConfig, { kind: "api-key" }>["keys"];

export const digest = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** Who holds the key. Every key is compared, in constant time: how long it takes says nothing. Throws AuthRefusal. */
export function holderOf(keys: ApiKeys): (key: string | undefined) => Omit<Caller, "router"> {
  const known = keys.map((key) => ({ key, expected: Buffer.from(key.sha256, "hex") }));
  return (given) => {
    const presented = digest(given ?? "");
    const [holder] = known.filter(({ expected }) => timingSafeEqual(expected, presented));
    if (given === undefined || !holder) {
      const challenge = 'ApiKey realm="lp-metrics-gateway", header="x-api-key"';
      throw new AuthRefusal("The header x-api-key must hold a key that is known.", challenge, given === undefined ? "missing" : "unknown");
    }
    const { name, accounts, explain, conversations, metrics = false } = holder.key;
    return { id: name, accounts, explain, conversations, metrics };
  };
}
