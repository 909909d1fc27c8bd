import { expect, test } from "vitest";
import { Allowance } from "../../../src/request/request.js";
import type { Call } from "../../../src/upstream/call.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { endOf, failure } from "../outcomes-by-hand.js";
import { keyRows } from "../questions-by-hand.js";

standAtNoon();

const free = { more: () => null, settle: () => undefined };

/** A platform with 400 keys on eight pages, of which the second question reads one and finds that they are too many. */
async function cutting(): Promise<HeldPlatform> {
  const pages = (call: Call) => (call.api === "key-metrics" && call.groupBy && call.filters.skillIds === null ? 8 : 1);
  const platform = new HeldPlatform({ ids: Array.from({ length: 400 }, (_, index) => String(index)), pages, sideBySide: true });
  await asked(platform, keyRows({ keys: ["1"] }));
  await pass(1_000);
  return platform;
}

test("what the page that was read does not hold is asked for by itself; what it holds is answered at once", async () => {
  const platform = await cutting();
  const ends = [endOf(platform, keyRows({ keys: ["399"] })), endOf(platform, keyRows({ keys: ["7"] }))];
  await settle();
  platform.sent[1]!.answer();
  await settle();
  expect(await ends[1]).toMatchObject({ answered: { stale: false }, afterMs: 0 });
  expect(platform.sent.slice(1).map(({ call }) => "filters" in call && "skillIds" in call.filters && call.filters.skillIds)).toEqual([
    null,
    ["399"],
  ]);
  platform.sent[2]!.answer();
  expect(await ends[0]).toMatchObject({ answered: { stale: false }, seen: [{ outcome: "SENT" }] });
});

test("what it does not hold fails like a call of its own when that is refused", async () => {
  const platform = await cutting();
  const end = endOf(platform, keyRows({ keys: ["399"] }));
  await settle();
  platform.sent[1]!.answer();
  await settle();
  platform.sent[2]!.fail(failure("UPSTREAM_INVALID_RESPONSE"));
  expect(await end).toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE", afterMs: 0 });
});

test.fails("the call that is made for it besides counts against what the request may cause", async () => {
  const platform = await cutting();
  const charged: boolean[] = [];
  const charge = (_: number, isPlanned: boolean) => {
    charged.push(isPlanned);
    return free;
  };
  platform.ask([keyRows({ keys: ["399"] })], { charge });
  await settle();
  platform.sent[1]!.answer();
  await settle();
  expect(charged).toEqual([true, false]);
});

test.fails("a request that may cause no more is told so at once, not when its deadline has passed", async () => {
  const platform = await cutting();
  const allowance = new Allowance(1);
  const end = endOf(platform, keyRows({ keys: ["399"] }), {
    most: () => allowance.left,
    charge: (exchanges, isPlanned) => {
      if (isPlanned) allowance.begin(exchanges, []);
      return (isPlanned ? null : allowance.more(exchanges)) ?? free;
    },
  });
  await settle();
  platform.sent[1]!.answer();
  await pass(15_000);
  expect(await end).toMatchObject({ code: "PLAN_TOO_LARGE", afterMs: 0 });
});
