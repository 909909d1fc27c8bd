import type { ContactCenter } from "../model/contact-center.js";
import type { Agent, Group, Skill } from "../model/directory.js";
import { type AgentSegmentsAnswer, type AgentSegmentsQuery, agentSegments, agentSegmentsByInterval } from "./agent-segments.js";
import type { IntervalMetricsQuery } from "./interval-cells.js";
import { type IntervalRow, intervalMetrics } from "./interval-metrics.js";
import { type KeyMetricsAnswer, type KeyMetricsQuery, keyMetrics } from "./key-metrics.js";
import type { ByIntervals } from "./segments.js";
import { type SkillSegmentsAnswer, type SkillSegmentsQuery, skillSegments, skillSegmentsByInterval } from "./skill-segments.js";

/** What the platform would answer, without HTTP, for any window in the past: the same metric functions. */
export class Truth {
  constructor(
    private readonly center: ContactCenter,
    private readonly now: () => number,
  ) {}

  get agents(): readonly Agent[] {
    return this.center.directory.agents;
  }

  get skills(): readonly Skill[] {
    return this.center.directory.skills;
  }

  get groups(): readonly Group[] {
    return this.center.directory.groups;
  }

  agentSegments(query: AgentSegmentsQuery): AgentSegmentsAnswer {
    return agentSegments(this.#ledger(), query);
  }

  agentSegmentsByInterval(query: AgentSegmentsQuery & { intervalMs: number }): ByIntervals<AgentSegmentsAnswer> {
    return agentSegmentsByInterval(this.#ledger(), query);
  }

  skillSegments(query: SkillSegmentsQuery): SkillSegmentsAnswer {
    return skillSegments(this.#ledger(), query);
  }

  skillSegmentsByInterval(query: SkillSegmentsQuery & { intervalMs: number }): ByIntervals<SkillSegmentsAnswer> {
    return skillSegmentsByInterval(this.#ledger(), query);
  }

  /** `asOf` defaults to now. Bounds are taken as given: round them outward to the minute to get the service's answer. */
  keyMetrics(query: Omit<KeyMetricsQuery, "asOf"> & { asOf?: number | undefined }): KeyMetricsAnswer {
    return keyMetrics(this.#ledger(), this.center.directory, { ...query, asOf: query.asOf ?? this.now() });
  }

  /** All rows, without pages; meaningful for intervals that have ended. */
  intervalMetrics(query: IntervalMetricsQuery): IntervalRow[] {
    return intervalMetrics(this.#ledger(), query);
  }

  #ledger(): ContactCenter["ledger"] {
    this.center.advanceTo(this.now());
    return this.center.ledger;
  }
}
