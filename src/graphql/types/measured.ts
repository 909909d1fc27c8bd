import { Field, InterfaceType } from "type-graphql";
import type { Window } from "../../time.js";

import { DateTime } from "../scalars.js";

/** How old a metric object is and which window it is true of. `asOf` in epoch milliseconds. */
export interface Measurement {
  readonly asOf: number;
  readonly stale: boolean;
  readonly window: Window;
}

@InterfaceType({ description: "What every answer with metrics says about its own age." })
export abstract class Measured {
  @Field(() => DateTime, { description: "When the platform was asked." })
  readonly asOf: Date;
  @Field(() => Boolean, { description: "True when the answer is older than its time to live." })
  readonly stale: boolean;

  constructor({ asOf, stale }: Omit<Measurement, "window">) {
    this.asOf = new Date(asOf);
    this.stale = stale;
  }
}
