import { GatewayError } from "../../errors.js";
import type { Presented } from "../auth.js";
import type { Caller } from "../gateway-port.js";
import { internalError } from "../masking.js";

export interface Authentication {
  /** Who asks. Rejects with AuthRefusal, or UPSTREAM_UNAVAILABLE. */
  authenticate: (presented: Presented) => Promise<Caller>;
  /** Told of a bug. */
  warn: (error: unknown) => void;
}

/** Who watches, and by what they have shown it: that has to stay good for as long as they watch. */
export class Viewer {
  readonly #rights: string;

  constructor(
    readonly caller: Caller,
    private readonly presented: Presented,
    private readonly authentication: Authentication,
  ) {
    this.#rights = JSON.stringify(caller);
  }

  /** The viewer, or why there is none. */
  static async of(presented: Presented, authentication: Authentication): Promise<Viewer | GatewayError> {
    const caller = await callerOf(presented, authentication);
    return caller instanceof GatewayError ? caller : new Viewer(caller, presented, authentication);
  }

  /** Null while the credentials are good for the same rights; else why they are not. */
  async refusal(): Promise<GatewayError | null> {
    const caller = await callerOf(this.presented, this.authentication);
    if (caller instanceof GatewayError) return caller;
    return caller === this.caller || JSON.stringify(caller) === this.#rights
      ? null
      : new GatewayError("FORBIDDEN", "Your rights have changed.");
  }
}

async function callerOf(presented: Presented, { authenticate, warn }: Authentication): Promise<Caller | GatewayError> {
  try {
    return await authenticate(presented);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    warn(error);
    return internalError;
  }
}
