import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hourMs, slotsOf } from "../../../src/time.js";
import { lookUp } from "../../../src/upstream/answers.js";
import type { AnswerRecord, Api, FoundPart, Usable } from "../../../src/upstream/apis/descriptor.js";
import { apiByName, apis } from "../../../src/upstream/apis/registry.js";
import type { KeyMetricsCall } from "../../../src/upstream/call.js";
import { callAlone, nothingSeen, remainder, scopeOf } from "../../../src/upstream/plan.js";
import { canonical, type IntervalMetricsQuestion, type Question } from "../../../src/upstream/question.js";
import { keyRows } from "../questions-by-hand.js";
import { latest, records, worlds } from "./random-world.js";

const always: Usable = () => true;

/** The ids of a question by which it can be answered in parts; null when it has none. */
function named(api: Api, question: Question): readonly string[] | null {
  const ids = api.ids(question);
  return ids === "all" ? null : ids;
}

const runs = { numRuns: 400, seed: 3 };
/** Two random parts of a list, in order. */
const cut = (ids: readonly string[], isIn: readonly boolean[]) =>
  [true, false].map((side) => ids.filter((_, index) => (isIn[index % isIn.length] ?? true) === side));

describe.each(apis.map((api) => [api.name, api] as const))("the descriptor of %s", (name, api) => {
  const world = worlds[name];
  const { questions, calls } = world;

  test("is the one under its name", () => {
    expect(apiByName[name]).toBe(api);
  });

  test("gives equal questions one scope, and questions of another account or credential another", () => {
    fc.assert(
      fc.property(questions, (question) => {
        const reversed = Object.fromEntries(Object.entries(structuredClone(question)).reverse()) as unknown as Question;
        expect(scopeOf(reversed)).toBe(scopeOf(question));
        expect(scopeOf({ ...question, account: "other" })).not.toBe(scopeOf(question));
        expect(scopeOf({ ...question, credential: "other" })).not.toBe(scopeOf(question));
      }),
      runs,
    );
  });

  test("takes a question apart by its ids and puts it together again", () => {
    fc.assert(
      fc.property(questions, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (question, isIn) => {
        const ids = named(api, question);
        if (!ids) return;
        expect(api.withIds(question, ids)).toEqual(question);
        for (const part of cut(ids, isIn).filter((side) => side.length > 0)) expect(api.ids(api.withIds(question, part))).toEqual(part);
        expect(scopeOf(api.withIds(question, ["1"]))).toBe(scopeOf(question));
        expect(api.signature(api.withIds(question, ["1"]))).toBe(api.signature(question));
        const [some = [], others = []] = cut(ids, isIn);
        if (some.length === 0) return;
        const rest = remainder(api, question, api.withIds(question, some));
        expect(rest && api.ids(rest)).toEqual(others.length > 0 ? others : null);
      }),
      runs,
    );
  });

  test("contains what every answer to the whole answers, and nothing else", () => {
    fc.assert(
      fc.property(questions, questions, calls, (whole, part, call) => {
        expect(api.contains(whole, whole)).toBe(true);
        if (!api.contains(whole, part)) return;
        expect(api.overlaps(whole, part)).toBe(true);
        for (const reply of [null, world.reply(call, latest)]) {
          if (api.covered(call, whole, reply, latest) !== whole) continue;
          expect(api.covered(call, part, reply, latest)).toBe(part);
        }
      }),
      { ...runs, numRuns: 3_000 },
    );
  });

  test("says that questions overlap, or one contains the other, by their ids", () => {
    fc.assert(
      fc.property(questions, questions, (one, other) => {
        expect(api.overlaps(one, one)).toBe(true);
        const [ids, others] = [named(api, one), named(api, other)];
        if (!ids || !others) return;
        const same = api.withIds(one, others);
        expect(api.overlaps(one, same)).toBe(ids.some((id) => others.includes(id)));
        expect(api.contains(one, same)).toBe(others.every((id) => ids.includes(id)));
      }),
      runs,
    );
  });

  test("covers a part of a question when its ids are covered one by one", () => {
    fc.assert(
      fc.property(questions, calls, fc.boolean(), (question, call, isThere) => {
        const reply = isThere ? world.reply(call, latest) : null;
        const covered = api.covered(call, question, reply, latest);
        const ids = named(api, question);
        if (!ids) {
          expect([question, null]).toContain(covered);
          return;
        }
        const each = ids.filter((id) => api.covered(call, api.withIds(question, [id]), reply, latest) !== null);
        expect(covered && api.ids(covered)).toEqual(each.length > 0 ? each : null);
        if (each.length === ids.length) expect(covered).toBe(question);
        if (covered) expect(api.contains(question, covered)).toBe(true);
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("covers as much, or more, when the answer is there", () => {
    fc.assert(
      fc.property(questions, calls, (question, call) => {
        const before = api.covered(call, question, null, latest);
        const after = api.covered(call, question, world.reply(call, latest), latest);
        if (before) expect(after && api.contains(after, before)).toBe(true);
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("looks parts up that are apart and, with what is missing, the whole question", () => {
    fc.assert(
      fc.property(questions, records(world), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (question, all, isUsable) => {
        const usable: Usable = (record) => isUsable[all.indexOf(record)] ?? false;
        const { parts, missing } = lookUp(api, all, question, usable);
        for (const { from } of parts) for (const record of from) expect(usable(record, "segments")).toBe(true);
        const ids = named(api, question);
        const fit = all.filter((record) => usable(record, "segments") && api.faultFor(record.reply, question) === null);
        if (!ids) {
          expect([parts.length, missing === null]).toEqual(parts.length > 0 ? [1, true] : [0, false]);
          return;
        }
        const found = parts.flatMap((part) => named(api, part.question)!);
        const left = missing ? named(api, missing)! : [];
        expect([...found, ...left].sort()).toEqual([...ids]);
        for (const { question: part, from } of parts) {
          const [record] = from;
          expect(from).toHaveLength(1);
          expect(api.covered(record!.call, part, record!.reply)).toBe(part);
        }
        // Each id from the newest answer that holds it; what is missing from none.
        const sourceOf = (id: string) => fit.find(({ call, reply }) => api.covered(call, api.withIds(question, [id]), reply) !== null);
        for (const part of parts) for (const id of named(api, part.question)!) expect(part.from[0]).toBe(sourceOf(id));
        for (const id of left) expect(sourceOf(id)).toBeUndefined();
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("looks nothing up where no answer may be used, or none is sound", () => {
    fc.assert(
      fc.property(questions, records(world), (question, all) => {
        expect(lookUp(api, all, question, () => false)).toEqual({ parts: [], missing: question });
        if (world.sections.length === 0) return;
        const faults = Object.fromEntries(world.sections.map((section) => [section, "missing"]));
        const spoilt = all.map((record) => ({ ...record, reply: { ...record.reply, faults } }) as AnswerRecord);
        const needsNothing = question.api === "key-metrics" && question.of === "total" && question.window === null && !question.current;
        if (!needsNothing) expect(lookUp(api, spoilt, question, always)).toEqual({ parts: [], missing: question });
      }),
      runs,
    );
  });

  test("combines parts into one reply with exactly their rows, as old as the oldest", () => {
    fc.assert(
      fc.property(questions, records(world), (question, all) => {
        const { parts, missing } = lookUp(api, all, question, always);
        if (missing !== null) return;
        const combined = api.combined(question, parts);
        const rowsOf = (part: FoundPart) => [...world.rows(part.reply, part.question)];
        expect(new Map([...world.rows(combined, question)].sort())).toEqual(new Map(parts.flatMap(rowsOf).sort()));
        expect(combined.asOf).toBe(Math.min(...parts.map(({ reply }) => reply.asOf)));
        expect(combined.newestAskedAt).toBe(Math.max(...parts.map(({ reply }) => reply.newestAskedAt)));
      }),
      { ...runs, numRuns: 3_000 },
    );
  });

  test("answers a question that another contains with the rows of its own", () => {
    const replyTo = (question: Question) => world.reply(callAlone(question).call, latest);
    fc.assert(
      fc.property(questions, questions, (whole, part) => {
        if (!api.contains(whole, part)) return;
        const reply = replyTo(whole);
        const own = world.rows(replyTo(part), part);
        expect(world.rows(api.combined(part, [{ question: whole, reply }]), part)).toEqual(own);
        // Where ids tell the rows apart, a reader finds them among those of the whole.
        if (api.ids(part) !== null) expect(world.rows(reply, part)).toEqual(own);
      }),
      { ...runs, numRuns: 3_000 },
    );
  });

  test("splits a question into parts of one call each, and joins their replies to that of the whole", () => {
    fc.assert(
      fc.property(questions, fc.integer({ min: 0, max: 60 }), (asked, hours) => {
        const question = longer(asked, hours);
        const parts = api.split(question);
        for (const part of parts) expect(scopeOf(part)).toBe(scopeOf(question));
        for (const part of parts) expect(api.split(part)).toEqual([part]);
        const replyTo = (part: Question) => world.reply(callAlone(part).call, 200 * hourMs);
        const joined = api.joined(question, parts.map(replyTo));
        const rows = world.rows(joined, question);
        const whole = parts.length === 1 ? world.rows(replyTo(parts[0]!), question) : null;
        if (whole) expect(rows).toEqual(whole);
        if (question.api !== "interval-metrics") return;
        expect(parts.flatMap((part) => slotsOf((part as IntervalMetricsQuestion).window, hourMs))).toEqual(
          slotsOf(question.window, hourMs),
        );
        expect(joined).toMatchObject({ window: question.window });
      }),
      runs,
    );
  });

  test("merges questions into a call that covers every one of them", () => {
    fc.assert(
      fc.property(fc.array(questions, { minLength: 1, maxLength: 4 }), (some) => {
        const merged = api.merge(some, nothingSeen);
        if (some.length === 1) expect(merged).not.toBeNull();
        if (!merged) return;
        expect(merged.exchanges).toBeGreaterThanOrEqual(1);
        const reply = world.reply(merged.call, latest);
        for (const question of some) {
          const order = question.api === "key-metrics" && typeof question.keys === "object" && "metric" in question.keys;
          if (!order) expect(api.covered(merged.call, question, null, latest)).toBe(question);
          expect(api.covered(merged.call, question, reply)).toBe(question);
        }
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("gives calls one slot when they are equal, and no other two", () => {
    fc.assert(
      fc.property(calls, calls, (one, other) => {
        expect(api.slot(one) === api.slot(other)).toBe(canonical(one) === canonical(other));
        expect(api.slot(structuredClone(one))).toBe(api.slot(one));
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("names the ids of a call, and makes the same call for some of them", () => {
    fc.assert(
      fc.property(questions, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (question, isIn) => {
        const ids = named(api, question);
        const { call } = api.merge([question], nothingSeen)!;
        const all = api.named(call);
        if (!ids || !all) return;
        expect(api.named(api.withNamed(call, all))).toEqual(all);
        for (const half of cut(all, isIn).filter((side) => side.length > 0)) {
          const part = api.withNamed(call, half);
          expect(api.named(part)).toEqual(half);
          const wanted = ids.filter((id) => half.includes(id));
          const covered = api.covered(part, question, null, latest);
          expect(covered && api.ids(covered)).toEqual(wanted.length > 0 ? wanted : null);
        }
      }),
      runs,
    );
  });

  test("keeps records that say the same after serialisation", () => {
    fc.assert(
      fc.property(questions, records(world), (question, all) => {
        const read = deserialize(serialize(all)) as readonly AnswerRecord[];
        expect(read).toEqual(all);
        expect(lookUp(api, read, question, always)).toEqual(lookUp(api, all, question, always));
        for (const [index, record] of all.entries()) {
          expect(api.slot(read[index]!.call)).toBe(api.slot(record.call));
          expect(api.isSettled(read[index]!.reply)).toBe(api.isSettled(record.reply));
        }
      }),
      runs,
    );
  });

  test("shows sizes under the names under which it looks them up", () => {
    const asked = new Set<string>();
    const shown = new Set<string>();
    const seen = {
      ...nothingSeen,
      size: (size: string) => {
        asked.add(size);
        return undefined;
      },
    };
    fc.assert(
      fc.property(questions, calls, (question, call) => {
        api.merge([question], seen);
        const record = { call, reply: world.reply(call, latest), bytes: 1, pages: 1 };
        for (const [size, count] of api.sizes(record)) {
          shown.add(size);
          expect(count).toBeGreaterThanOrEqual(0);
        }
      }),
      { ...runs, numRuns: 3_000 },
    );
    expect([...shown].filter((size) => !asked.has(size))).toEqual([]);
    expect([...asked].some((size) => shown.has(size))).toBe(true);
  });

  test("asks a probe that fits one page, and reads its reply in words", () => {
    const { call, said } = api.probe(latest);
    expect(call.api).toBe(name);
    expect(said(world.reply(call, latest) as never)).toMatch(/^\S.*\.$/);
  });
});

describe("interval rows", () => {
  const api = apiByName["interval-metrics"];
  const world = worlds["interval-metrics"];

  test("are missing from the first interval that no answer holds to the last", () => {
    fc.assert(
      fc.property(world.questions, records(world), (question, all) => {
        const { missing } = lookUp(api, all, question, always);
        const { window } = question as IntervalMetricsQuestion;
        const isHeld = (slot: typeof window) =>
          all.some(({ call, reply }) => api.covered(call, { ...question, window: slot } as Question, reply) !== null);
        const holes = slotsOf(window, hourMs).filter((slot) => !isHeld(slot));
        const left = holes.length > 0 ? { ...question, window: { from: holes[0]!.from, to: holes.at(-1)!.to } } : null;
        expect(missing).toEqual(left);
      }),
      { ...runs, numRuns: 1_000 },
    );
  });

  test("come from the newest answer that holds their interval, and are as old as the oldest of those", () => {
    fc.assert(
      fc.property(world.questions, records(world), (question, all) => {
        const { parts } = lookUp(api, all, question, always);
        if (!parts[0]) return;
        const { reply, from } = parts[0] as FoundPart<IntervalMetricsQuestion>;
        for (const row of reply.rows) {
          const held = { ...question, window: row.window } as Question;
          const newest = all.find((record) => api.covered(record.call, held, record.reply) !== null);
          expect(row.values.asOf).toBe(newest?.reply.asOf);
        }
        expect(reply.asOf).toBe(Math.min(...from.map((record) => record.reply.asOf)));
      }),
      { ...runs, numRuns: 1_000 },
    );
  });
});

describe("a list of keys in order", () => {
  const api = apiByName["key-metrics"];
  const listed = (first: number) => keyRows({ keys: { metric: "agentLoad", direction: "desc", first } });
  const call = (part: Partial<KeyMetricsCall>) => ({ ...(callAlone(listed(4)).call as KeyMetricsCall), ...part });
  const answer = (asked: KeyMetricsCall, asOf = latest) => ({ call: asked, reply: worlds["key-metrics"].reply(asked, asOf) });

  test("goes on from its beginning: what follows makes it the whole, as old as its beginning", () => {
    const prefix = { ...answer(call({ take: 2 }), latest - 1), bytes: 1, pages: 1 };
    const rest = answer(call({ skip: 2, take: 3 }));
    const { call: whole, reply } = api.continued(prefix, rest);
    expect(whole).toEqual(call({ take: 5 }));
    expect(reply).toMatchObject({ asOf: latest - 1, newestAskedAt: latest, count: 5 });
    expect([...worlds["key-metrics"].rows(reply, listed(5)).keys()]).toEqual(["5", "4", "3", "2", "1"]);
    expect(api.covered(whole, listed(5), reply)).not.toBeNull();
    expect(api.slot(whole)).toBe(api.slot(call({ take: 5 })));
  });

  test("that was cut short is whole for as many keys as came, and for none that did not", () => {
    const all = call({ order: null, take: "all" });
    const { reply } = answer(call({ order: null, take: 2 }));
    const cut = api.cutShort(all, reply);
    expect(cut).toEqual({ ...all, take: 2 });
    const covered = api.covered(cut, keyRows({ keys: ["1", "2", "3"] }), reply);
    expect(covered && api.ids(covered)).toEqual(["1", "2"]);
    expect(api.covered(cut, keyRows({ keys: "all" }), reply)).toBeNull();
  });
});

/** Interval rows over up to so many hours more. */
const longer = (question: Question, hours: number): Question =>
  question.api === "interval-metrics"
    ? { ...question, window: { from: question.window.from, to: question.window.to + hours * hourMs } }
    : question;
