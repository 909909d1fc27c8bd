import { expect, test } from "vitest";
import { explainedUses } from "../../src/request/explain.js";
import { RequestReport } from "../../src/request/request.js";
import type { AnswerUse, CallFacts, Dependency } from "../../src/upstream/coalescing/ask.js";
import { keyRows, skillRows } from "../upstream/questions-by-hand.js";

const now = 1_000_000;
/** How long a figure is fresh, ms. */
const freshMs = 15_000;
const call = (id: number, exchanges = 1, pages = 1, retries = exchanges - pages): CallFacts => ({
  id,
  exchanges,
  retries,
  pages,
  sentAt: now - 500,
});

const dependency = (version: number, changes: Partial<Dependency> = {}): Dependency => ({
  scope: "a scope",
  slot: "a slot",
  version,
  freshUntil: version + freshMs,
  staleUntil: version + 2 * freshMs,
  ...changes,
});

const sent = (changes: Partial<AnswerUse> = {}): AnswerUse => {
  const { asOf = now - 500 } = changes;
  return {
    question: skillRows(),
    outcome: "SENT",
    call: call(1),
    own: true,
    rows: 3,
    queuedMs: 0,
    ms: 400,
    asOf,
    dependencies: asOf === null ? [] : [dependency(asOf)],
    failure: null,
    ...changes,
  };
};
const cached = (asOf: number, changes: Partial<AnswerUse> = {}) => sent({ outcome: "CACHED", call: null, own: false, asOf, ...changes });

function reportOf(...uses: AnswerUse[]): RequestReport {
  const report = new RequestReport(() => now);
  for (const each of uses) report.saw(each);
  return report;
}

const used = (...uses: AnswerUse[]) => explainedUses(reportOf(...uses).uses, now);

test("a call that answered many questions of the request is one line, and its exchanges count once", () => {
  const use = used(sent({ call: call(1, 3, 2) }), sent({ call: call(1, 3, 2), question: skillRows({ skills: ["2"] }) }));
  expect(use).toMatchObject({ planned: 1, sent: 3, retries: 1, joined: 0, cached: 0 });
  expect(use.calls).toEqual([
    {
      api: "SKILL_SEGMENTS",
      account: "a",
      scope: { lastMinutes: 60, everyMinutes: null, userType: "ALL", of: "rows" },
      rows: 3,
      pages: 2,
      outcome: "SENT",
      ms: 400,
      ageMs: 500,
    },
  ]);
});

test("what another request sent costs this one nothing", () => {
  const use = used(sent({ outcome: "JOINED", own: false, call: call(7, 4, 4) }));
  expect(use).toMatchObject({ planned: 0, sent: 0, joined: 1, retries: 0 });
});

test("stored answers of one moment are told apart by what they may be shared with", () => {
  const humans = cached(now - 1_000, { question: skillRows({ userType: "HUMAN" }) });
  const bots = cached(now - 1_000, { question: skillRows({ userType: "BOT" }) });
  expect(used(humans, bots, humans)).toMatchObject({ cached: 2 });
});

test("stored answers are told by API and age, one line each", () => {
  const use = used(cached(now - 1_000), cached(now - 1_000), cached(now - 2_000), cached(now - 1_000, { question: keyRows() }));
  expect(use).toMatchObject({ planned: 0, sent: 0, cached: 3 });
  expect(use.calls.map(({ ageMs }) => ageMs)).toEqual([1_000, 2_000, 1_000]);
});

test("the scope of a call is that of its figures, though names were the first that it was seen for", () => {
  const names = sent({ question: keyRows({ window: null, freshForMs: 600_000 }) });
  const figures = sent({ question: keyRows({ window: { lastMinutes: 60 } }) });
  for (const order of [
    [names, figures],
    [figures, names],
  ]) {
    expect(used(...order)).toMatchObject({ planned: 1, calls: [{ scope: { window: { lastMinutes: 60 } } }] });
  }
});

test("a stored answer whose names are fresh but whose figures are stale is told once, as stale", () => {
  const names = cached(now - 20_000, { question: keyRows({ freshForMs: 600_000 }) });
  const figures = cached(now - 20_000, { question: keyRows(), outcome: "STALE" });
  for (const order of [
    [names, figures],
    [figures, names],
    [figures, figures],
  ]) {
    const use = used(...order);
    expect(use.calls.map(({ outcome }) => outcome)).toEqual(["STALE"]);
    expect(use).toMatchObject({ cached: 0, stale: 1 });
  }
});

test("what a call of this request brought is no second line when it is read again from the cache", () => {
  expect(used(sent(), cached(now - 500))).toMatchObject({ planned: 1, cached: 0 });
});

test("the longest wait for a turn is the request's", () => {
  expect(used(sent({ queuedMs: 30 }), sent({ call: call(2), queuedMs: 700 })).queuedMs).toBe(700);
});

test("a call that failed is told without age, and counts its exchanges", () => {
  const use = used(sent({ outcome: "FAILED", call: call(1, 4, 0, 3), asOf: null, rows: 0 }));
  expect(use).toMatchObject({ sent: 4, retries: 3, calls: [{ outcome: "FAILED", ageMs: null }] });
});

test("an answer with no metric in it has neither freshness nor an age", () => {
  const report = reportOf(sent());
  expect(report.told().freshness).toBeNull();
  expect(report.told().maxAgeMs).toBeNull();
});

test("freshness is of the oldest figure shown, and the shortest remaining freshness is the age a cache may reach", () => {
  const report = reportOf(sent(), cached(now - 9_000));
  report.note(now - 500, false);
  report.note(now - 9_000, false);
  expect(report.told().freshness).toEqual({ oldestAsOf: new Date(now - 9_000).toISOString(), stale: false });
  expect(report.told().maxAgeMs).toBe(6_000);
});

test("one stale figure makes the whole answer stale, and no cache may keep it", () => {
  const report = reportOf(sent(), cached(now - 20_000, { outcome: "STALE" }));
  report.note(now - 500, false);
  report.note(now - 20_000, true);
  expect(report.told().freshness?.stale).toBe(true);
  expect(report.told().maxAgeMs).toBe(0);
});

test("what stood in for new figures says why, once for each API, account and code; what was stale but did not have to says nothing", () => {
  const stale = (changes: Partial<AnswerUse>) => cached(now - 20_000, { outcome: "STALE", ...changes });
  const failing = { failure: "UPSTREAM_UNAVAILABLE" } as const;
  const report = reportOf(stale({}), stale(failing), stale(failing), stale({ ...failing, question: keyRows() }), cached(now - 1, failing));
  report.note(now - 20_000, true);
  expect(report.told().freshness).toEqual({
    oldestAsOf: new Date(now - 20_000).toISOString(),
    stale: true,
    failures: [
      { api: "SKILL_SEGMENTS", account: "a", code: "UPSTREAM_UNAVAILABLE" },
      { api: "KEY_METRICS", account: "a", code: "UPSTREAM_UNAVAILABLE" },
    ],
  });
});

test("names from the directory, which live longer, do not age the figures", () => {
  const report = reportOf(sent(), cached(now - 300_000, { question: keyRows({ freshForMs: 600_000 }) }));
  report.note(now - 500, false);
  expect(report.told().maxAgeMs).toBe(14_500);
});

test("an answer depends on every record that it was made from, once, for as long as the figure that ages first", () => {
  const [first, second] = [dependency(now - 500), dependency(now - 9_000, { slot: "another slot" })];
  const briefly = { ...first, freshUntil: now + 1_000 };
  const report = reportOf(sent({ dependencies: [first, second] }), sent({ dependencies: [briefly] }), sent({ dependencies: [first] }));
  expect(report.told().dependencies).toEqual([briefly, second]);
  expect(report.told().repeatableUntil).toBe(now + 1_000);
});

test("records of one slot asked for at different times, or of another scope, are different dependencies", () => {
  const three = [dependency(now - 500), dependency(now - 600), dependency(now - 500, { scope: "another scope" })];
  expect(reportOf(...three.map((each) => sent({ dependencies: [each] }))).told().dependencies).toEqual(three);
});

test("what failed depends on nothing", () => {
  expect(reportOf(sent({ outcome: "FAILED", asOf: null })).told().dependencies).toEqual([]);
});

test("an answer holds until the earliest moment that bounds it, and is good until then or until its first figure ages", () => {
  const report = reportOf(sent());
  expect([report.told().holdsUntil, report.told().repeatableUntil]).toEqual([Number.POSITIVE_INFINITY, now + 14_500]);
  report.noteBound(now + 20_000);
  expect([report.told().holdsUntil, report.told().repeatableUntil]).toEqual([now + 20_000, now + 14_500]);
  report.noteBound(now + 2_000);
  report.noteBound(now + 3_000);
  expect([report.told().holdsUntil, report.told().repeatableUntil]).toEqual([now + 2_000, now + 2_000]);
});

test("an answer that used nothing is good for ever", () => {
  expect(reportOf().told().repeatableUntil).toBe(Number.POSITIVE_INFINITY);
});

test("names bound how long an answer is good by their own, longer time", () => {
  const names = cached(now - 300_000, {
    question: keyRows({ freshForMs: 600_000 }),
    dependencies: [dependency(now - 300_000, { freshUntil: now + 300_000 })],
  });
  expect(reportOf(names).told().repeatableUntil).toBe(now + 300_000);
});

test("an answer may be repeated while it is good, and stale figures as long as they may be given while newer ones are asked for", () => {
  const fresh = sent({ dependencies: [dependency(now - 500)] });
  expect(reportOf(fresh).told().repeatableUntil).toBe(now + 14_500);
  const old = cached(now - 20_000, { outcome: "STALE", dependencies: [dependency(now - 20_000, { slot: "another" })] });
  expect(reportOf(old).told().repeatableUntil).toBe(now + 10_000);
  expect(reportOf(old, fresh).told().repeatableUntil).toBe(now + 10_000);
  // Fresh figures beside it are given as fresh ones.
  expect(reportOf(old, sent({ dependencies: [dependency(now - 9_000)] })).told().repeatableUntil).toBe(now + 6_000);
  expect(reportOf({ ...old, failure: "UPSTREAM_UNAVAILABLE" }).told().repeatableUntil).toBe(now - 5_000);
  const bounded = reportOf(fresh);
  bounded.noteBound(now + 2_000);
  expect(bounded.told().repeatableUntil).toBe(now + 2_000);
});
