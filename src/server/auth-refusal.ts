import { GatewayError } from "../errors.js";

/** Why credentials were not taken, for the log alone: who guesses learns nothing from it. */
export type Reason = "missing" | "unknown" | (string & {});

/** UNAUTHENTICATED for the whole request: HTTP 401. */
export class AuthRefusal extends GatewayError {
  constructor(
    message: string,
    /** Value of the header WWW-Authenticate. */
    readonly challenge: string,
    readonly reason: Reason,
  ) {
    super("UNAUTHENTICATED", message);
  }
}
