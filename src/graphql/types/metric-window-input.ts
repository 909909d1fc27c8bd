import { Field, InputType } from "type-graphql";
import { DateTime } from "../scalars.js";

@InputType({
  description: "A span of time to ask for. `from` must be before `to`; how far apart and how long ago they may be depends on the field.",
})
export class MetricWindowInput {
  @Field(() => DateTime, { description: "Its beginning, inside it." })
  from!: Date;
  @Field(() => DateTime, { description: "Its end, outside it." })
  to!: Date;
}
