import type { MakeProbe } from "../probe.js";
import { agentRows, agentTotals, groupTotals, rowsWithinSkill } from "./agent-segments.js";
import { agentNaming, groupNames, skillNames } from "./directory.js";
import { intervals, intervalsOfAgent, intervalsOfGroup, intervalsOfSkill } from "./interval-metrics.js";
import { keyMetricsOfAgent, keyMetricsOfGroups, keyMetricsOfSkills, keyMetricsTotals } from "./key-metrics.js";
import { skillRows, skillTotals } from "./skill-segments.js";

/** Every way to ask for figures. */
export const probes: readonly MakeProbe[] = [
  agentTotals,
  agentRows,
  groupTotals,
  rowsWithinSkill,
  skillTotals,
  skillRows,
  keyMetricsTotals,
  keyMetricsOfAgent,
  keyMetricsOfSkills,
  keyMetricsOfGroups,
  intervals,
  intervalsOfAgent,
  intervalsOfSkill,
  intervalsOfGroup,
  skillNames,
  groupNames,
  agentNaming,
];
