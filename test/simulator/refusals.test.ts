import { expect, test } from "vitest";
import { day, hour, minute } from "../../src/simulator/model/duration.js";
import { live, noon, paths } from "./live.js";

const long = (from: number, to: number): string => `fromL=${from}&toL=${to}`;
const hourAgo = long(noon - hour, noon - hour + 15 * minute);
const key = (changes: object): object => ({
  filters: { time: { from: noon - hour, to: noon } },
  metricsToRetrieveByTime: ["csat"],
  ...changes,
});
const time = (from: number, to: number): object => key({ filters: { time: { from, to } } });

const gets: [string, string][] = [
  ["no timeframe", paths.agents("")],
  ["a timeframe of 0", paths.agents("timeframe=0")],
  ["a timeframe over a day", paths.skills("timeframe=1441")],
  ["a timeframe that is no number", paths.skills("timeframe=hour")],
  ["no version", "/operations/api/account/demo/msgskillsegments?timeframe=60"],
  ["an unknown version", "/operations/api/account/demo/msgskillsegments?timeframe=60&v=2"],
  ["an interval under five minutes", paths.agents("timeframe=60&interval=4")],
  ["an interval longer than the timeframe", paths.agents("timeframe=60&interval=61")],
  ["an interval that does not divide the timeframe", paths.skills("timeframe=60&interval=31")],
  ["an agent id that is no number", paths.agents("timeframe=60&agentIds=12,bob")],
  ["a skill id that is no number", paths.skills("timeframe=60&skillIds=all,12")],
  ["a group id that is no number", paths.agents("timeframe=60&groupIds=x")],
  ["a user type of segments called agent", paths.skills("timeframe=60&userType=agent")],
  ["an unknown metric of segments", paths.agents("timeframe=60&metrics=avgMood")],
  ["intervals without source", `/api/account/demo/interval-metrics?v=1&handleTimeModel=IFT&metrics=handleTime&${hourAgo}`],
  [
    "a source of 21 characters",
    `/api/account/demo/interval-metrics?v=1&source=${"x".repeat(21)}&handleTimeModel=IFT&metrics=handleTime&${hourAgo}`,
  ],
  ["intervals without a handle time model", `/api/account/demo/interval-metrics?v=1&source=x&metrics=handleTime&${hourAgo}`],
  ["intervals without a version", `/api/account/demo/interval-metrics?source=x&handleTimeModel=EHT&metrics=handleTime&${hourAgo}`],
  ["intervals without metrics", paths.intervals(hourAgo)],
  ["an unknown interval metric", paths.intervals(`metrics=mood&${hourAgo}`)],
  ["both pairs of bounds", paths.intervals(`metrics=handleTime&from=2026-03-11T13:00:00Z&to=2026-03-11T14:00:00Z&${hourAgo}`)],
  ["half a pair of bounds", paths.intervals("metrics=handleTime&from=2026-03-11T13:00:00Z")],
  ["no bounds", paths.intervals("metrics=handleTime")],
  ["a bound that is no date", paths.intervals("metrics=handleTime&from=yesterday&to=today")],
  ["a window over a day", paths.intervals(`metrics=handleTime&${long(noon - day - hour - 1, noon - hour)}`)],
  ["a window that ends before it begins", paths.intervals(`metrics=handleTime&${long(noon - hour, noon - 2 * hour)}`)],
  [
    "a window that begins 14 days and a moment ago",
    paths.intervals(`metrics=handleTime&${long(noon - 14 * day - 1, noon - 14 * day + hour)}`),
  ],
  ["a page of 501", paths.intervals(`metrics=handleTime&pageSize=501&${hourAgo}`)],
  ["a page of 0", paths.intervals(`metrics=handleTime&pageSize=0&${hourAgo}`)],
  ["a page key of nowhere", paths.intervals(`metrics=handleTime&pageKey=nowhere&${hourAgo}`)],
  ["intervals of 20 minutes", paths.intervals(`metrics=handleTime&intervalDuration=20&${hourAgo}`)],
  ["an unknown grouping", paths.intervals(`metrics=handleTime&grouping=source&${hourAgo}`)],
  ["two ids where one is allowed", paths.intervals(`metrics=handleTime&agentId=1,2&${hourAgo}`)],
  ["arrivals by agent", paths.intervals(`metrics=arrivals&grouping=agent&${hourAgo}`)],
  ["closed conversations by skill and agent", paths.intervals(`metrics=closedConversations&grouping=skill,agent&${hourAgo}`)],
];

test.each(gets)("400 with a cause: %s", async (_, path) => {
  const { get } = await live({ accounts: [{ id: "demo", historyDays: 1, conversationsPerDay: 10 }] });
  const response = await get(path);
  expect(response.status).toBe(400);
  const { causes } = (await response.json()) as { causes: string[] };
  expect(causes[0]).toMatch(/\w{5,}/);
});

const posts: [string, string, unknown][] = [
  ["no filters", "", { metricsToRetrieveByTime: ["csat"] }],
  ["no time, even for current values alone", "", { filters: {}, metricsToRetrieveCurrentValue: ["online_agents"] }],
  ["a time that is text", "", key({ filters: { time: { from: "1", to: "2" } } })],
  ["more than a day after rounding outward to minutes", "", time(noon - day, noon)],
  ["a window before the last day", "", time(noon - day - 3 * minute, noon - hour)],
  ["a window that ends before it begins", "", time(noon, noon - hour)],
  ["an unknown metric by time", "", key({ metricsToRetrieveByTime: ["avgWaitTime"] })],
  ["a current metric among those by time", "", key({ metricsToRetrieveByTime: ["online_agents"] })],
  ["an unknown current metric", "", key({ metricsToRetrieveCurrentValue: ["mood"] })],
  ["an unknown section", "", key({ responseSections: ["some"] })],
  ["the groupBy section without groupBy", "", key({ responseSections: ["groupBy"] })],
  ["grouping by agent", "", key({ groupBy: "agentId" })],
  ["an unknown user type", "", key({ filters: { time: { from: noon - hour, to: noon }, userTypes: ["ALL"] } })],
  ["a limit over 50", "limit=51", key({})],
  ["a limit of 0", "limit=0", key({})],
  ["an offset below 0", "offset=-1", key({})],
  ["sorting by a metric that cannot be sorted by", "sort=csat:asc", key({})],
  ["an unknown order", "sort=closedConversations:up", key({})],
  ["a body that is no JSON", "", undefined],
];

test.each(posts)("400 with a cause from key metrics: %s", async (_, query, body) => {
  const { post } = await live({ accounts: [{ id: "demo", historyDays: 1, conversationsPerDay: 10 }] });
  const response = await post(paths.key(query), body);
  expect(response.status).toBe(400);
  expect(((await response.json()) as { causes: string[] }).causes[0]).toMatch(/\w{4,}/);
});

test("a day to the minute, and the last 14 days to the millisecond, are allowed", async () => {
  const { get, post } = await live({ accounts: [{ id: "demo", historyDays: 14, conversationsPerDay: 10 }] });
  const end = Math.ceil(noon / minute) * minute;
  expect((await post(paths.key(), time(end - day, end))).status).toBe(200);
  expect((await get(paths.intervals(`metrics=handleTime&${long(noon - 14 * day, noon - 13 * day)}`))).status).toBe(200);
});
