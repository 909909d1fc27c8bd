import { beforeAll, describe, expect, test } from "vitest";
import { standingAt } from "../../src/simulator/answers/standing.js";
import { Truth } from "../../src/simulator/answers/truth.js";
import { sum } from "../../src/simulator/metrics/figure.js";
import { ContactCenter } from "../../src/simulator/model/contact-center.js";
import { day, hour, minute } from "../../src/simulator/model/duration.js";
import { firstFrom } from "../../src/simulator/model/ledger.js";
import { scales } from "../../src/simulator/model/scale.js";

/** A Monday, two weeks after the first day. */
const monday = Date.parse("2026-03-16T00:00:00Z");
const lastDays = [7, 6, 5, 4, 3, 2, 1].map((ago) => monday - ago * day);
const [mondayBefore, , wednesday, , , saturday, sunday] = lastDays as [number, number, number, number, number, number, number];
const officeHours = [9, 10, 11, 12, 13, 14, 15, 16].map((at) => wednesday + at * hour);

/** What somebody who runs a contact centre looks at first, of the centre that `npm start` serves. */
describe.each([1, 2, 3])("the demo centre of seed %i", (seed) => {
  let center: ContactCenter;
  let truth: Truth;
  beforeAll(() => {
    center = new ContactCenter(scales.demo, seed, monday);
    truth = new Truth(center, () => monday);
    center.advanceTo(monday);
  });

  const rows = (from: number, to: number, grouping: "skill" | "agent", metrics: readonly string[]) =>
    truth.intervalMetrics({
      from,
      to,
      intervalMinutes: 60,
      grouping: [grouping],
      handleTimeModel: "IFT",
      metrics,
      includeBotSkills: grouping === "skill",
    });
  const arrivals = (from: number, to: number) => sum(rows(from, to, "skill", ["arrivals"]), ({ metrics }) => metrics.arrivals!);
  const standing = (at: number) => standingAt(center.ledger, center.directory.agents, at);

  test("is quieter at weekends", () => {
    const [full, half, least] = [mondayBefore, saturday, sunday].map((from) => arrivals(from, from + day)) as [number, number, number];
    expect(half / full).toBeGreaterThan(0.4);
    expect(half / full).toBeLessThan(0.65);
    expect(least).toBeLessThan(half);
  });

  test("is quiet at night", () => {
    const night = arrivals(wednesday + hour, wednesday + 5 * hour) / 4;
    const noon = arrivals(wednesday + 9 * hour, wednesday + 17 * hour) / 8;
    expect(night).toBeLessThan(noon / 6);
    expect(night).toBeGreaterThan(0);
  });

  test("closes in a day as many conversations as arrive", () => {
    for (const from of lastDays) {
      const closed = sum(rows(from, from + day, "skill", ["closedConversations"]), ({ metrics }) => metrics.closedConversations!);
      expect(closed / arrivals(from, from + day)).toBeGreaterThan(0.96);
      expect(closed / arrivals(from, from + day)).toBeLessThan(1.04);
    }
  });

  test("has agents who handle conversations for as much of their time as their load lets one expect", () => {
    for (const from of officeHours) {
      const { handleTime, workTime } = {
        handleTime: 0,
        workTime: 0,
        ...added(rows(from, from + hour, "agent", ["handleTime", "workTime"])),
      };
      const online = sum([...center.ledger.states], ([agent, changes]) => (agent.bot ? 0 : onlineMs(changes, from, from + hour))) / 1000;
      const load = humanLoad(from + hour / 2);
      expect(load).toBeGreaterThan(0.3);
      expect(load).toBeLessThan(1.1);
      // The more conversations an agent has, the more of the time one of them wants something: at a full load most of it.
      expect(handleTime / online).toBeGreaterThan(0.25);
      expect(handleTime / online / load).toBeGreaterThan(0.55);
      expect(handleTime / online / load).toBeLessThan(1.2);
      expect(workTime / online).toBeGreaterThan(0.85);
    }
  });

  test("has more free slots with people than with bots during the day", () => {
    const slots = (bots: boolean) =>
      sum(officeHours, (from) => sum(standing(from + hour / 2).present, ({ agent, freeSlots }) => (agent.bot === bots ? freeSlots : 0)));
    expect(slots(true)).toBeLessThan(slots(false));
    expect(slots(true)).toBeGreaterThan(0);
  });

  test("lets few consumers wait for long", () => {
    const { metricsTotal } = truth.skillSegments({ from: wednesday + 8 * hour, to: wednesday + 18 * hour });
    const abandoned = metricsTotal.skillSegmentsAbandonedByConsumersInQueue! / metricsTotal.totalSkillConversationSegments!;
    expect(abandoned).toBeLessThan(0.1);
    const { all } = truth.keyMetrics({ from: wednesday + 8 * hour, to: wednesday + 18 * hour });
    expect(all.avgWaitTime).toBeLessThan(4 * minute);
    expect(all.avgTimeToResponse).toBeGreaterThan(30_000);
  });

  test("leaves no skill alone in the day, at weekends neither", () => {
    const abandoned = lastDays.flatMap((midnight) =>
      [8, 12, 16].flatMap((at) => {
        const from = midnight + at * hour;
        const { skillsMetrics } = truth.skillSegments({ from, to: from + 4 * hour });
        return Object.entries(skillsMetrics).map(([id, figures]) => ({
          when: `${new Date(from).toISOString()} skill ${id}`,
          share: figures.skillSegmentsAbandonedByConsumersInQueue! / Math.max(8, figures.totalSkillConversationSegments!),
        }));
      }),
    );
    expect(abandoned.length).toBeGreaterThan(200);
    expect(abandoned.filter(({ share }) => share > 0.45)).toEqual([]);
  });

  function humanLoad(at: number): number {
    const { present, assigned } = standing(at);
    const slots = sum(present, ({ agent, state }) => (agent.bot || state === "OFFLINE" ? 0 : agent.maxSlots));
    return sum(assigned, ({ segment }) => (segment.agent.bot ? 0 : segment.conversation.weight)) / slots;
  }
});

const added = (rows: readonly { metrics: Record<string, number> }[]): Record<string, number> => {
  const total: Record<string, number> = {};
  for (const { metrics } of rows) for (const [name, value] of Object.entries(metrics)) total[name] = (total[name] ?? 0) + value;
  return total;
};

function onlineMs(changes: readonly { at: number; state: string }[], from: number, to: number): number {
  const first = Math.max(0, firstFrom(changes, from, ({ at }) => at) - 1);
  let online = 0;
  for (const [index, { at, state }] of changes.entries()) {
    if (index < first || state !== "ONLINE") continue;
    online += Math.max(0, Math.min(to, changes[index + 1]?.at ?? to) - Math.max(from, at));
  }
  return online;
}
