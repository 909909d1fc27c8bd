import { InterfaceType } from "type-graphql";
import { skillSegmentMetrics } from "../../catalogue/skill-segments.js";
import { MetricFields } from "../metric-fields.js";

@InterfaceType({ description: "Metrics of skill segments (Messaging Operations API, msgskillsegments)." })
@MetricFields(skillSegmentMetrics)
export abstract class SkillSegmentMetrics {}
