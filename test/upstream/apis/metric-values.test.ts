import { describe, expect, test } from "vitest";
import { agentSegmentMetrics } from "../../../src/catalogue/agent-segments.js";
import { intervalMetrics } from "../../../src/catalogue/interval-metrics.js";
import { keyMetricsByTime, keyMetricsCurrent } from "../../../src/catalogue/key-metrics.js";
import type { MetricGroup } from "../../../src/catalogue/metric.js";
import { skillSegmentMetrics } from "../../../src/catalogue/skill-segments.js";
import { AnswerReader, exactJson } from "../../../src/upstream/apis/platform-form.js";

/** The value of the metric's field when the platform writes this text of JSON under its key. */
function read(group: MetricGroup, answer: string, json: string): number | null | undefined {
  const raw = exactJson(`{ ${JSON.stringify(answer)}: ${json} }`) as Record<string, unknown>;
  const metric = Object.values(group.metrics).find((each) => each.answer === answer);
  return new AnswerReader(group.api, "le1").values(group, raw)[metric!.field];
}

const agents = agentSegmentMetrics;
const skills = skillSegmentMetrics;
const byTime = keyMetricsByTime;
const current = keyMetricsCurrent;
const intervals = intervalMetrics;

test.each<[what: string, MetricGroup, answer: string, json: string, value: number | null]>([
  ["a count of zero", byTime, "closedConversations", "0", 0],
  ["a Long written as 3986.0", byTime, "closedConversations", "3986.0", 3986],
  ["the largest count", agents, "totalAgentConversationSegments", "2147483647", 2_147_483_647],
  ["a duration beyond 32 bits", agents, "avgAgentSegmentDuration", "8589934592", 8_589_934_592],
  ["a duration with a fraction", byTime, "avgWaitTime", "228876.654", 228_876.654],
  ["seconds with a fraction", intervals, "handleTime", "1.1", 1100],
  ["a ratio above one", current, "humanAgentLoad", "1.18", 1.18],
  ["null", byTime, "csat", "null", null],
  ["-1 for an average of agents", agents, "avgAgentSegmentDuration", "-1", null],
  ["-1 for an average of messages", agents, "avgAgentMessagesinAgentSegment", "-1", null],
  ["-1.0 for an average of skills", skills, "avgTimetoFirstAgentMessageFromAgentAssignment", "-1.0", null],
  ["-1 for an average of key metrics", byTime, "avgWaitTime", "-1", null],
  ["-1 for a wait in the queue", current, "queueWaitTime90thPercentile", "-1", null],
  ["-1 for a duration in seconds, before it is converted", intervals, "handleTime", "-1", null],
  ["-1 for a time without a stated unit, before it is converted", intervals, "workTime", "-1", null],
  ["-1 for a ratio", byTime, "csat", "-1", null],
])("%s is a value", (_, group, answer, json, value) => {
  expect(read(group, answer, json)).toBe(value);
});

describe("a value that cannot be right is UPSTREAM_INVALID_RESPONSE:", () => {
  test.each<[what: string, MetricGroup, answer: string, json: string, why: string]>([
    ["a count of 2^31", agents, "totalAgentConversationSegments", "2147483648", "larger than any count"],
    ["a count of 2^31 in interval metrics", intervals, "arrivals", "2147483648", "larger than any count"],
    ["a count of twenty digits", byTime, "closedConversations", "12345678901234567890", "not a number"],
    ["a fraction for a count of agents", agents, "interactiveAgentSegments", "1.5", "not a whole number"],
    ["a fraction for a count of skills", skills, "interactiveSkillSegments", "0.1", "not a whole number"],
    ["a fraction for a count of key metrics", current, "onlineAgents", "2.5", "not a whole number"],
    ["a fraction for a count of interval metrics", intervals, "handledConversations", "1.5", "not a whole number"],
    ["a text for a number", byTime, "csat", '"NaN"', "not a number"],
    ["a numeral as text for a count", byTime, "closedConversations", '"3986"', "not a number"],
    ["a numeral as text for a duration", agents, "avgAgentSegmentDuration", '"13000"', "not a number"],
    ["an empty text for a number", skills, "totalSkillConversationSegments", '""', "not a number"],
    ["true for a number", current, "agentLoad", "true", "not a number"],
    ["a list for a number", current, "agentLoad", "[1]", "not a number"],
    ["an object for a number", agents, "avgAgentSegmentDuration", '{ "value": 1 }', "not a number"],
    ["a number beyond all bounds", byTime, "avgWaitTime", "1e400", "not a number"],
    ["-1 for a count", agents, "totalAgentConversationSegments", "-1", "negative"],
    ["-1 for a count of key metrics", current, "availableSlots", "-1", "negative"],
    ["-2 for an average", agents, "avgAgentSegmentDuration", "-2", "negative"],
    ["-0.5 for an average", byTime, "avgWaitTime", "-0.5", "negative"],
    ["-5 for a duration in seconds", intervals, "handleTime", "-5", "negative"],
    ["-0.1 for a ratio", current, "humanOnlineLoad", "-0.1", "negative"],
  ])("%s", (_, group, answer, json, why) => {
    expect(() => read(group, answer, json)).toThrow(
      expect.objectContaining({
        code: "UPSTREAM_INVALID_RESPONSE",
        message: expect.stringContaining(`the metric ${answer} is ${why}`),
        extensions: expect.objectContaining({ api: group.api, account: "le1" }),
      }),
    );
  });
});
