import { deserialize, serialize } from "node:v8";
import { expect, test } from "vitest";
import { MemoryAnswerStore } from "../../../src/upstream/answers.js";
import type { AnswerRecord } from "../../../src/upstream/apis/descriptor.js";
import { apis } from "../../../src/upstream/apis/registry.js";
import { callAlone } from "../../../src/upstream/plan.js";
import { noon, pass, standAtNoon } from "../fake-time.js";
import { agentRows, intervalRows, keyRows, skillRows } from "../questions-by-hand.js";
import { replyTo } from "../replies-by-hand.js";

standAtNoon();

const answer = (lastMinutes: number, asOf = noon, bytes = 1_000): AnswerRecord => ({
  call: { api: "skill-segments", lastMinutes, everyMinutes: null, userType: "ALL", skills: "all" },
  reply: {
    asOf,
    newestAskedAt: asOf,
    window: { from: asOf - lastMinutes * 60_000, to: asOf },
    skills: new Map(),
    total: null,
    intervals: null,
  },
  bytes,
  pages: 1,
});

const answerMemory = 1_024 + 3 * 1_000;
const warnings: string[] = [];
const storeOf = (maxBytes: number) => new MemoryAnswerStore(maxBytes, (message) => warnings.push(message));
const minute = 60_000;
const minutesIn = async (store: MemoryAnswerStore, scope: string) =>
  (await store.get(scope)).map(({ call }) => "lastMinutes" in call && call.lastMinutes);

test("records come newest first by when they were asked for, not by when they came back", async () => {
  const store = storeOf(1_000_000);
  await store.put("s", "1", answer(1, noon - 1_000), minute);
  await store.put("s", "2", answer(2, noon), minute);
  await store.put("s", "3", answer(3, noon - 2_000), minute);
  expect(await minutesIn(store, "s")).toEqual([2, 1, 3]);
});

test("a record replaces the older one of its slot, and no newer one", async () => {
  const store = storeOf(1_000_000);
  const newest = answer(1, noon);
  await store.put("s", "1", answer(1, noon - 2_000), minute);
  await store.put("s", "1", newest, minute);
  await store.put("s", "1", answer(1, noon - 1_000), minute);
  expect(await store.get("s")).toEqual([newest]);
});

test("records put at the same time are all there", async () => {
  const store = storeOf(1_000_000);
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.put("s", String(index), answer(index + 1), minute)));
  expect(await store.get("s")).toHaveLength(20);
});

test("a record is there for as long as it is kept, and at most a second longer", async () => {
  const store = storeOf(1_000_000);
  await store.put("s", "1", answer(1), minute);
  await pass(minute);
  expect(await store.get("s")).toHaveLength(1);
  await pass(1_000);
  expect(await store.get("s")).toEqual([]);
});

test("a record that is kept while its scope is read is there the next time", async () => {
  const store = storeOf(1_000_000);
  await store.put("s", "1", answer(1), minute);
  const read = store.get("s");
  const put = store.put("s", "2", answer(2), minute);
  await Promise.all([read, put]);
  expect(await store.get("s")).toHaveLength(2);
});

test("beyond the bound the record used longest ago goes, whatever scope it is of", async () => {
  const store = storeOf(10 * answerMemory);
  for (let scope = 0; scope < 10; scope++) await store.put(`s${scope}`, "1", answer(1), minute);
  await store.get("s0");
  await store.put("s10", "1", answer(1), minute);
  const lengths = await Promise.all(Array.from({ length: 11 }, async (_, scope) => (await store.get(`s${scope}`)).length));
  expect(lengths).toEqual([1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test("a record larger than the bound is kept alone, and the log says so once", async () => {
  const store = storeOf(10_000);
  warnings.length = 0;
  await store.put("other", "1", answer(1), minute);
  await store.put("s", "1", answer(2, noon, 1_000_000), minute);
  await store.put("s", "1", answer(2, noon + 1, 1_000_000), minute);
  expect(await minutesIn(store, "s")).toEqual([2]);
  expect(await store.get("other")).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("with 1000000 bytes is larger than CACHE_MAX_BYTES (10000) allows")]);
});

test.each(apis.map(({ name }) => name))("a record of %s is made of values that survive serialisation", (name) => {
  const question = {
    "agent-segments": agentRows({ skills: "all", everyMinutes: 15 }),
    "skill-segments": skillRows(),
    "key-metrics": keyRows(),
    "interval-metrics": intervalRows(),
  }[name];
  const { call } = callAlone(question);
  const record: AnswerRecord = { call, reply: replyTo(call, "a", "own", noon, []), bytes: 10, pages: 1 };
  expect(deserialize(serialize(record))).toEqual(record);
});
