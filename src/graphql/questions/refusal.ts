import { GatewayError } from "../../errors.js";

/** The result, or undefined where a field will refuse its arguments: it reports that itself, at its own path, when it is resolved. */
export function unlessRefused<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}
