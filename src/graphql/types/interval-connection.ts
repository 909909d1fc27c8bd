import { Field, ObjectType } from "type-graphql";
import type { Window } from "../../time.js";
import { ConnectionOf, EdgeOf, type Page } from "./connection.js";
import { Interval } from "./interval.js";
import { Measured, type Measurement } from "./measured.js";
import { MetricWindow } from "./metric-window.js";

@ObjectType({ description: "One row of a list of interval metrics." })
export class IntervalEdge extends EdgeOf(Interval) {}

@ObjectType({ implements: [Measured], simpleResolvers: true, description: "A list of rows of the interval metrics." })
export class IntervalConnection
  extends ConnectionOf(Interval, IntervalEdge, "Oldest first, then by id. An interval without activity has no row.")
  implements Measured
{
  readonly asOf: Date;
  readonly stale: boolean;
  @Field(() => MetricWindow, { description: "What was really asked: aligned to everyMinutes." })
  readonly window: MetricWindow;
  @Field(() => [MetricWindow], {
    description:
      "Parts of the window that the platform is still computing: their rows are not in nodes yet. Empty when the window is complete.",
  })
  readonly pending: MetricWindow[];

  constructor(page: Page<Interval>, measurement: Measurement, pending: readonly Window[]) {
    super(page);
    this.asOf = new Date(measurement.asOf);
    this.stale = measurement.stale;
    this.window = new MetricWindow(measurement.window);
    this.pending = pending.map((part) => new MetricWindow(part));
  }
}
