import { describe, expect, test } from "vitest";
import { hourMs, minuteMs } from "../../../src/time.js";
import type { Call } from "../../../src/upstream/call.js";
import type { Question } from "../../../src/upstream/question.js";
import { pass, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { agentRows, intervalRows, keyRows, skillRows } from "../questions-by-hand.js";

standAtNoon();

type Settings = ConstructorParameters<typeof HeldPlatform>[0];

const upTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));

/** What each exchange named: "all", or the ids. */
const namedBy = (call: Call) => {
  if (call.api === "agent-segments") return call.agents;
  if (call.api === "skill-segments") return call.skills;
  if (call.api === "interval-metrics") return call.filters.SKILL ?? "all";
  return call.filters.skillIds ?? "all";
};
const exchanges = (platform: HeldPlatform, from = 0) => platform.sent.slice(from).map(({ call }) => namedBy(call));

/** A platform with so many ids, whose key metrics have 50 on a page. */
const withIds = (count: number, settings: Settings = {}) => {
  const pages = (call: Call) => (call.api === "key-metrics" && call.groupBy ? Math.ceil((call.filters.skillIds?.length ?? count) / 50) : 1);
  return new HeldPlatform({ ids: upTo(count), pages, sideBySide: true, limits: { maxConcurrent: 10, maxPerMinute: 1_000 }, ...settings });
};

/** Asks one after the other, a second between them; how many exchanges each took. */
async function costs(platform: HeldPlatform, questions: readonly Question[], everyMs = 1_000): Promise<number[]> {
  const each = [];
  for (const question of questions) {
    const before = platform.sent.length;
    await asked(platform, question);
    each.push(platform.sent.length - before);
    await pass(everyMs);
  }
  return each;
}

describe("where the number of ids is not known", () => {
  test.each<[string, (id: string) => Question]>([
    ["agents", (id) => agentRows({ agents: [id] })],
    ["skills", (id) => skillRows({ skills: [id] })],
    ["keys on one page", (id) => keyRows({ keys: [id] })],
    ["picked skills of interval metrics", (id) => intervalRows({ filters: { SKILL: id } })],
  ])("the second question with other %s asks for all, and its answer serves every other", async (_, question) => {
    const platform = withIds(40);
    expect(await costs(platform, upTo(8).map(question))).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(exchanges(platform).at(-1)).toBe("all");
  });

  test("one page of all keys tells it: when they are too many, what is wanted is asked for by itself, and no such page again within the hour", async () => {
    const platform = withIds(3_000);
    expect(
      await costs(
        platform,
        upTo(4).map((id) => keyRows({ keys: [`9${id}`] })),
      ),
    ).toEqual([1, 2, 1, 1]);
    expect(exchanges(platform)).toEqual([["91"], "all", ["92"], ["93"], ["94"]]);
    await pass(30 * minuteMs);
    expect(await costs(platform, [keyRows({ keys: ["95"] }), keyRows({ keys: ["96"] })])).toEqual([1, 1]);
    await pass(hourMs);
    expect(await costs(platform, [keyRows({ keys: ["97"] }), keyRows({ keys: ["98"] })])).toEqual([1, 2]);
  });

  test("by default the first question asks for all: twelve viewers that poll one skill each make a call a round", async () => {
    const platform = withIds(40, { triesAll: true });
    for (let round = 0; round < 3; round++) {
      await costs(
        platform,
        upTo(12).map((id) => skillRows({ skills: [id] })),
        100,
      );
      await pass(60_000);
    }
    expect(exchanges(platform)).toEqual(["all", "all", "all"]);
  });
});

describe("where all ids cost several exchanges", () => {
  /** Its keys are several pages, and how many there are is known; nothing is fresh. */
  async function known(count: number): Promise<HeldPlatform> {
    const platform = withIds(count);
    await asked(platform, keyRows({ keys: "all", window: { lastMinutes: 45 } }));
    await pass(10 * minuteMs);
    return platform;
  }
  const singles = (last: number) => upTo(last).map((id) => keyRows({ keys: [id] }));

  test("named ones are asked for until as much was spent on them within one time to live; the next call asks for all", async () => {
    const platform = await known(400);
    expect(await costs(platform, singles(12), 100)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 8, 0, 0, 0]);
  });

  test("what was spent longer ago than a time to live does not count", async () => {
    const platform = await known(400);
    expect(await costs(platform, singles(12), 2_000)).toEqual(Array(12).fill(1));
  });

  test("all are never asked for when they are more rows than 500 and twenty times the ids named", async () => {
    const platform = await known(600);
    expect(await costs(platform, singles(20), 100)).toEqual(Array(20).fill(1));
    const many = await known(600);
    await costs(many, singles(12), 100);
    const sixty = upTo(60).map((id) => String(Number(id) + 100));
    expect(await costs(many, [keyRows({ keys: sixty.sort() })]), "twenty times 60 are more than 600").toEqual([12]);
  });

  test("all are asked for at once when they cost no more than those named", async () => {
    const platform = await known(100);
    expect(await costs(platform, [keyRows({ keys: upTo(120).sort() })])).toEqual([2]);
    expect(exchanges(platform).at(-1)).toBe("all");
    const smaller = await known(40);
    expect(await costs(smaller, [keyRows({ keys: ["1"] }), keyRows({ keys: ["2"] })])).toEqual([1, 0]);
  });
});
