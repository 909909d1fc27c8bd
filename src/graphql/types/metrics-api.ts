import { registerEnumType } from "type-graphql";
import type { MetricsApi as Api } from "../../catalogue/metric.js";

export const MetricsApi: { [K in Api]: K } = {
  AGENT_SEGMENTS: "AGENT_SEGMENTS",
  SKILL_SEGMENTS: "SKILL_SEGMENTS",
  KEY_METRICS: "KEY_METRICS",
  INTERVAL_METRICS: "INTERVAL_METRICS",
};
export type MetricsApi = Api;

registerEnumType(MetricsApi, {
  name: "MetricsApi",
  description: "The four metrics APIs of the platform.",
  valuesConfig: {
    AGENT_SEGMENTS: { description: "Messaging Operations API, msgagentsegments." },
    SKILL_SEGMENTS: { description: "Messaging Operations API, msgskillsegments." },
    KEY_METRICS: { description: "Key Messaging Metrics API." },
    INTERVAL_METRICS: { description: "Interval Metrics API." },
  },
});
