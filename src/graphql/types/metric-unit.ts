import { registerEnumType } from "type-graphql";
import type { MetricUnit as Unit } from "../../catalogue/metric.js";

export const MetricUnit: { [K in Unit]: K } = { COUNT: "COUNT", MILLISECONDS: "MILLISECONDS", RATIO: "RATIO", MESSAGES: "MESSAGES" };
export type MetricUnit = Unit;

registerEnumType(MetricUnit, {
  name: "MetricUnit",
  description: "The unit in which a metric leaves the gateway.",
  valuesConfig: {
    COUNT: { description: "A whole number of things." },
    MILLISECONDS: { description: "A duration in milliseconds." },
    RATIO: { description: "A share of a whole: 1 is 100 %, and loads can pass it." },
    MESSAGES: { description: "An average number of messages, with a fraction." },
  },
});
