import { describe, expect, it } from "vitest";
import { configOf, problemsOf } from "./configured.js";

const environment = { BUSINESS_METRICS_FILE: "figures.yaml", LP_ACCOUNT_ID: "acme", LP_BEARER_TOKEN: "t0ken" };
const at = 'BUSINESS_METRICS_FILE "figures.yaml"';
const one = (entry: string) => `figures: [{ ${entry} }]`;

describe("BUSINESS_METRICS_FILE", () => {
  it("gives sets of figures, with what they leave out", () => {
    const text = `
figures:
  - { metrics: [CurrentMetrics.openConversations], by: account }
  - { metrics: [KeyMetrics.avgWaitTime, SkillSegments.abandonmentRate], by: skill, ids: ["-1", 0071], lastMinutes: 30, accounts: [acme] }`;
    expect(configOf(environment, text).metrics?.business).toEqual({
      everySeconds: 15,
      sets: [
        { metrics: ["CurrentMetrics.openConversations"], by: "account", ids: null, lastMinutes: 60, accounts: null },
        {
          metrics: ["KeyMetrics.avgWaitTime", "SkillSegments.abandonmentRate"],
          by: "skill",
          ids: ["-1", "0071"],
          lastMinutes: 30,
          accounts: ["acme"],
        },
      ],
    });
  });

  const metricsBound = (nearest: string) =>
    `must be a metric of AgentSegments, SkillSegments, KeyMetrics, CurrentMetrics, as Query.metricCatalog names it, of which ${nearest} is nearest`;

  it.each([
    ["is not there", undefined, `${at} must be a file that can be read, but it cannot: ENOENT.`],
    ["is not YAML", "figures: [", `${at} must be YAML, but is not at line 1, column 11: BAD_INDENT.`],
    ["says nothing", "everySeconds: 15", `${at}: figures must be a list, but is missing.`],
    [
      "names a metric wrong",
      one("metrics: [KeyMetrics.avgWaitTme], by: skill"),
      `${at}: figures[0].metrics[0] ${metricsBound("KeyMetrics.avgWaitTime")}, but is "KeyMetrics.avgWaitTme".`,
    ],
    [
      "names one of intervals",
      one("metrics: [Interval.handleTime], by: skill"),
      `${at}: figures[0].metrics[0] ${metricsBound("KeyMetrics.avgWaitTime")}, but is "Interval.handleTime".`,
    ],
    [
      "groups in a way that does not exist",
      one("metrics: [CurrentMetrics.openConversations], by: agent"),
      `${at}: figures[0].by must be one of account, skill, agentGroup, but is "agent".`,
    ],
    [
      "groups what cannot be grouped so",
      one("metrics: [CurrentMetrics.openConversations, SkillSegments.abandonmentRate], by: agentGroup"),
      `${at}: figures[0].metrics[1] must be a metric that can be had by agentGroup (this one: by account or skill), but is "SkillSegments.abandonmentRate".`,
    ],
    [
      "names ids of the account",
      one('metrics: [CurrentMetrics.openConversations], by: account, ids: ["1"]'),
      `${at}: figures[0].ids must be left out where figures are by account, but is a list.`,
    ],
    [
      "has a window out of bounds",
      one("metrics: [KeyMetrics.avgWaitTime], by: account, lastMinutes: 1441"),
      `${at}: figures[0].lastMinutes must be a whole number from 1 to 1440, but is "1441".`,
    ],
    [
      "has an interval out of bounds",
      "everySeconds: 4\nfigures: [{ metrics: [KeyMetrics.avgWaitTime], by: account }]",
      `${at}: everySeconds must be a whole number from 5 to 3600, but is a text.`,
    ],
    [
      "has a name that is not known",
      one("metrics: [KeyMetrics.avgWaitTime], by: account, window: 60"),
      `${at}: figures[0] must be a map of metrics, by, ids, lastMinutes, accounts, but has window.`,
    ],
    [
      "names another account",
      one("metrics: [KeyMetrics.avgWaitTime], by: account, accounts: [acne]"),
      `${at}: figures[0].accounts[0] must be an account that is read with a credential of the gateway's own: acme, but is "acne".`,
    ],
    [
      "has a figure twice",
      "figures: [{ metrics: [CurrentMetrics.openConversations], by: skill }, { metrics: [CurrentMetrics.openConversations], by: skill, lastMinutes: 30 }]",
      `${at}: figures[1].metrics[0] must be a figure that no other set has, but CurrentMetrics.openConversations by skill is in figures[0].metrics[0] too.`,
    ],
  ])("is refused when it %s", (_, text, problem) => {
    expect(problemsOf(environment, text)).toEqual([problem]);
  });

  it("is refused where metrics are off", () => {
    const text = one("metrics: [KeyMetrics.avgWaitTime], by: account");
    expect(problemsOf({ ...environment, METRICS: "false" }, text)).toEqual([
      "BUSINESS_METRICS_FILE must be unset when METRICS is false, but is set.",
    ]);
  });
});
