import { InterfaceType } from "type-graphql";
import { agentSegmentMetrics } from "../../catalogue/agent-segments.js";
import { MetricFields } from "../metric-fields.js";

@InterfaceType({ description: "Metrics of agent segments (Messaging Operations API, msgagentsegments)." })
@MetricFields(agentSegmentMetrics)
export abstract class AgentSegmentMetrics {}
