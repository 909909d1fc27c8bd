import { expect, test } from "vitest";
import { Ledger } from "../../src/request/request-report.js";
import type { CallFacts, Sighting } from "../../src/upstream/coalescing/waiter.js";
import { familyOf } from "../../src/upstream/planning/plan.js";
import { keyRows, skillRows } from "../upstream/questions-by-hand.js";

const now = 1_000_000;
const call = (id: number, exchanges = 1, pages = 1, retries = exchanges - pages): CallFacts => ({
  id,
  exchanges,
  retries,
  pages,
  sentAt: now - 500,
});

const sighting = (changes: Partial<Sighting> = {}): Sighting => ({
  question: skillRows(),
  family: familyOf(changes.question ?? skillRows()),
  outcome: "SENT",
  call: call(1),
  own: true,
  rows: 3,
  queuedMs: 0,
  ms: 400,
  asOf: now - 500,
  settled: false,
  failure: null,
  ...changes,
});
const cached = (asOf: number, changes: Partial<Sighting> = {}) => sighting({ outcome: "CACHED", call: null, own: false, asOf, ...changes });

/** Books in which a figure is fresh for 15 s. */
function ledgerOf(...sightings: Sighting[]): Ledger {
  const ledger = new Ledger(
    ({ asOf }) => 15_000 - (now - (asOf ?? 0)),
    () => now,
  );
  for (const each of sightings) ledger.saw(each);
  return ledger;
}

test("a call that answered many questions of the request is one line, and its exchanges count once", () => {
  const use = ledgerOf(sighting({ call: call(1, 3, 2) }), sighting({ call: call(1, 3, 2), question: skillRows({ skills: ["2"] }) })).use();
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
  const use = ledgerOf(sighting({ outcome: "JOINED", own: false, call: call(7, 4, 4) })).use();
  expect(use).toMatchObject({ planned: 0, sent: 0, joined: 1, retries: 0 });
});

test("stored answers of one moment are told apart by what they may be shared with", () => {
  const humans = cached(now - 1_000, { question: skillRows({ userType: "HUMAN" }) });
  const bots = cached(now - 1_000, { question: skillRows({ userType: "BOT" }) });
  expect(ledgerOf(humans, bots, humans).use()).toMatchObject({ cached: 2 });
});

test("stored answers are told by API and age, one line each", () => {
  const use = ledgerOf(cached(now - 1_000), cached(now - 1_000), cached(now - 2_000), cached(now - 1_000, { question: keyRows() })).use();
  expect(use).toMatchObject({ planned: 0, sent: 0, cached: 3 });
  expect(use.calls.map(({ ageMs }) => ageMs)).toEqual([1_000, 2_000, 1_000]);
});

test("the scope of a call is that of its figures, though names were the first that it was seen for", () => {
  const names = sighting({ question: keyRows({ window: null, freshForMs: 600_000 }) });
  const figures = sighting({ question: keyRows({ window: { lastMinutes: 60 } }) });
  for (const order of [
    [names, figures],
    [figures, names],
  ]) {
    expect(ledgerOf(...order).use()).toMatchObject({ planned: 1, calls: [{ scope: { window: { lastMinutes: 60 } } }] });
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
    const use = ledgerOf(...order).use();
    expect(use.calls.map(({ outcome }) => outcome)).toEqual(["STALE"]);
    expect(use).toMatchObject({ cached: 0, stale: 1 });
  }
});

test("what a call of this request brought is no second line when it is read again from the cache", () => {
  expect(ledgerOf(sighting(), cached(now - 500)).use()).toMatchObject({ planned: 1, cached: 0 });
});

test("the longest wait for a turn is the request's", () => {
  expect(ledgerOf(sighting({ queuedMs: 30 }), sighting({ call: call(2), queuedMs: 700 })).use().queuedMs).toBe(700);
});

test("a call that failed is told without age, and counts its exchanges", () => {
  const use = ledgerOf(sighting({ outcome: "FAILED", call: call(1, 4, 0, 3), asOf: null, rows: 0 })).use();
  expect(use).toMatchObject({ sent: 4, retries: 3, calls: [{ outcome: "FAILED", ageMs: null }] });
});

test("an answer with no metric in it has neither freshness nor an age", () => {
  const ledger = ledgerOf(sighting());
  expect(ledger.freshness()).toBeNull();
  expect(ledger.maxAgeMs).toBeNull();
});

test("freshness is of the oldest figure shown, and the shortest remaining freshness is the age a cache may reach", () => {
  const ledger = ledgerOf(sighting(), cached(now - 9_000));
  ledger.note(now - 500, false);
  ledger.note(now - 9_000, false);
  expect(ledger.freshness()).toEqual({ oldestAsOf: new Date(now - 9_000).toISOString(), stale: false });
  expect(ledger.maxAgeMs).toBe(6_000);
});

test("one stale figure makes the whole answer stale, and no cache may keep it", () => {
  const ledger = ledgerOf(sighting(), cached(now - 20_000, { outcome: "STALE" }));
  ledger.note(now - 500, false);
  ledger.note(now - 20_000, true);
  expect(ledger.freshness()?.stale).toBe(true);
  expect(ledger.maxAgeMs).toBe(0);
});

test("what stood in for new figures says why, once for each API, account and code; what was stale but did not have to says nothing", () => {
  const stale = (changes: Partial<Sighting>) => cached(now - 20_000, { outcome: "STALE", ...changes });
  const failing = { failure: "UPSTREAM_UNAVAILABLE" } as const;
  const ledger = ledgerOf(stale({}), stale(failing), stale(failing), stale({ ...failing, question: keyRows() }), cached(now - 1, failing));
  ledger.note(now - 20_000, true);
  expect(ledger.freshness()).toEqual({
    oldestAsOf: new Date(now - 20_000).toISOString(),
    stale: true,
    failures: [
      { api: "SKILL_SEGMENTS", account: "a", code: "UPSTREAM_UNAVAILABLE" },
      { api: "KEY_METRICS", account: "a", code: "UPSTREAM_UNAVAILABLE" },
    ],
  });
});

test("names from the directory, which live longer, do not age the figures", () => {
  const ledger = ledgerOf(sighting(), cached(now - 300_000, { question: keyRows({ freshForMs: 600_000 }) }));
  ledger.note(now - 500, false);
  expect(ledger.maxAgeMs).toBe(14_500);
});
