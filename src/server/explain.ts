import { badInput } from "../errors.js";
import type { Explain } from "./gateway-port.js";

export const explainHeader = "x-gateway-explain";

/** What the header asks for; null when absent. Throws BAD_USER_INPUT for any other value. */
export function explainOf(value: string | string[] | undefined): Explain | null {
  if (value === undefined || value === "calls" || value === "plan") return value ?? null;
  throw badInput(`Header ${explainHeader}`, "calls or plan", value);
}
