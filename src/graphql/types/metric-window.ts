import { Field, ObjectType } from "type-graphql";
import type { Window } from "../../time.js";
import { DateTime } from "../scalars.js";

@ObjectType({ simpleResolvers: true, description: "A span of time." })
export class MetricWindow {
  @Field(() => DateTime, { description: "Its beginning, inside it." })
  readonly from: Date;
  @Field(() => DateTime, { description: "Its end, outside it." })
  readonly to: Date;

  constructor({ from, to }: Window) {
    this.from = new Date(from);
    this.to = new Date(to);
  }
}
