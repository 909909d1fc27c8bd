import { describe, expect, test } from "vitest";
import { hourMs } from "../../../src/time.js";
import type { Question } from "../../../src/upstream/question.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { HeldPlatform } from "../held-platform.js";
import { agentRows, intervalRows, keyRows, keyTotal, nowhere, skillRows } from "../questions-by-hand.js";
import { everyId } from "../replies-by-hand.js";

standAtNoon();

/** How many calls the second question costs when the first was answered a moment ago, and when its call is in flight. */
async function costAfter(first: Question, second: Question): Promise<{ stored: number; flying: number }> {
  const [stored, flying] = [new HeldPlatform(), new HeldPlatform()];
  stored.ask([first]);
  flying.ask([first]);
  await settle();
  stored.sent[0]!.answer();
  await settle();
  for (const platform of [stored, flying]) platform.ask([second]);
  // Behind a call in flight of the scope questions gather for a moment.
  await pass(200);
  return { stored: stored.sent.length - 1, flying: flying.sent.length - 1 };
}

const sorted = (metric: string, first: number) => ({ metric, direction: "desc" as const, first });
const from = Date.UTC(2026, 0, 15);
const morning = { from, to: from + 6 * hourMs };
const underAgent = { ...nowhere, agentIds: ["1"] };

describe("a question is answered, stored or in flight, by a call that contains it", () => {
  test.each<[string, Question, Question]>([
    ["rows among those of all", agentRows({ agents: "all" }), agentRows({ agents: ["2", "4"] })],
    ["an agent that has no row among those of all", agentRows({ agents: "all" }), agentRows({ agents: ["9"] })],
    ["the account total beside the rows of all", agentRows({ agents: "all" }), agentRows({ of: "total", agents: "all" })],
    ["the summary of intervals", skillRows({ everyMinutes: 15 }), skillRows()],
    ["skills of a split by all", agentRows({ skills: "all" }), agentRows({ skills: ["2"] })],
    ["current figures beside those of a window", keyRows(), keyRows({ window: null, current: true })],
    ["the unfiltered total beside all rows", keyRows({ keys: "all" }), keyTotal()],
    [
      "a total over some skills beside their rows",
      keyRows({ keys: ["1", "2"] }),
      keyTotal({ filters: { ...nowhere, skillIds: ["1", "2"] } }),
    ],
    ["a shorter part of a sorted list", keyRows({ keys: sorted("agentLoad", 100) }), keyRows({ keys: sorted("agentLoad", 50) })],
    ["any order of a whole list", keyRows({ keys: "all" }), keyRows({ keys: sorted("agentLoad", 50) })],
    ["keys alone among rows", keyRows({ keys: "all" }), keyRows({ keys: "all", window: null })],
    ["a picked row of interval metrics", intervalRows({ window: morning }), intervalRows({ window: morning, filters: { SKILL: "3" } })],
    ["a shorter window of interval metrics", intervalRows({ window: morning }), intervalRows({ window: { from, to: from + hourMs } })],
    ["rows without those of bots", intervalRows({ window: morning }), intervalRows({ window: morning, includeBotSkills: false })],
  ])("%s", async (_, first, second) => {
    expect(await costAfter(first, second)).toEqual({ stored: 0, flying: 0 });
  });
});

describe("a question is never answered by a call that does not contain it", () => {
  test.each<[string, Question, Question]>([
    ["figures of a window by current ones, although that call names a window too", keyRows({ window: null, current: true }), keyRows()],
    ["the total under a filter by the unfiltered one", keyTotal(), keyTotal({ filters: underAgent })],
    ["the unfiltered total by one under a filter", keyTotal({ filters: underAgent }), keyTotal()],
    ["the total of all by that of the rows' own ids", keyRows({ keys: everyId }), keyTotal()],
    ["rows by a total alone", keyTotal(), keyRows()],
    ["rows under a filter by unfiltered ones", keyRows({ keys: "all" }), keyRows({ filters: underAgent })],
    ["all keys by those that were named", keyRows({ keys: everyId }), keyRows({ keys: "all" })],
    ["another grouping", keyRows({ keys: "all" }), keyRows({ of: "agentGroupId", keys: "all" })],
    ["another window", keyRows({ keys: "all" }), keyRows({ window: { lastMinutes: 30 } })],
    ["intervals by the summary", skillRows(), skillRows({ everyMinutes: 15 })],
    ["all skills by those named", skillRows({ skills: everyId }), skillRows({ skills: "all" })],
    ["rows of interval metrics by one that was picked", intervalRows({ filters: { SKILL: "1" } }), intervalRows()],
    ["a row that was picked by another", intervalRows({ filters: { SKILL: "1" } }), intervalRows({ filters: { SKILL: "2" } })],
    ["rows under a filter of another kind", intervalRows(), intervalRows({ filters: { AGENT: "1" } })],
    ["rows of bots by those without", intervalRows({ includeBotSkills: false }), intervalRows()],
    ["another handle time model", intervalRows(), intervalRows({ handleTimeModel: "EHT" })],
  ])("%s", async (_, first, second) => {
    expect(await costAfter(first, second)).toEqual({ stored: 1, flying: 1 });
  });
});

test("a part of a sorted list answers for ids that are in it once it is read, but is not joined for them before", async () => {
  const list = keyRows({ keys: sorted("agentLoad", 50) });
  expect(await costAfter(list, keyRows({ keys: ["2"] }))).toEqual({ stored: 0, flying: 1 });
});

test("a longer part of a sorted list is read anew, unless the shorter part was the whole", async () => {
  const platform = new HeldPlatform();
  platform.ask([keyRows({ keys: sorted("agentLoad", 50) })]);
  await settle();
  platform.sent[0]!.answer();
  await settle();
  platform.ask([keyRows({ keys: sorted("agentLoad", 100) }), keyRows({ keys: "all" })]);
  await settle();
  expect(platform.sent, "all five keys came with the first part").toHaveLength(1);
});
