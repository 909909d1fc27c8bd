import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Charge } from "../../../src/upstream/budget/caller-budget.js";
import type { CallEvent, CallState } from "../../../src/upstream/coalescing/life-of-a-call.js";
import { transitions } from "../../../src/upstream/coalescing/life-of-a-call.js";
import { scopeOf } from "../../../src/upstream/plan.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { asked, HeldPlatform } from "../held-platform.js";
import { broken, failure, limitedFor, malformed, rejected } from "../outcomes-by-hand.js";
import { agentRows, skillRows } from "../questions-by-hand.js";

/** Every transition that a call has made. */
const { steps } = vi.hoisted(() => ({ steps: [] as { state: string; event: string; next: string }[] }));

vi.mock("../../../src/upstream/coalescing/life-of-a-call.js", async (original) => {
  const { transitions: table } = await original<typeof import("../../../src/upstream/coalescing/life-of-a-call.js")>();
  const watched = Object.entries(table).map(([state, row]) => {
    const get = (_: object, event: string) => {
      const next = row[event as CallEvent];
      if (next !== undefined) steps.push({ state, event, next });
      return next;
    };
    return [state, new Proxy(row, { get })];
  });
  return { transitions: Object.fromEntries(watched) };
});

standAtNoon();
beforeEach(() => {
  steps.length = 0;
});

type Settings = ConstructorParameters<typeof HeldPlatform>[0];
type Asked = Parameters<HeldPlatform["ask"]>[1];

const retryPausesMs = [1_000, 10_000];

/** A call that has been sent, of a platform whose exchanges usually take 100 ms: one is overdue after 2 s. */
async function sent(settings: Settings = {}, options: Asked = { deadlineMs: 60_000 }): Promise<HeldPlatform> {
  const platform = new HeldPlatform({ retryPausesMs, ...settings });
  platform.times.ended("skill-segments", 100);
  platform.ask([skillRows()], options);
  await settle();
  return platform;
}

/** A call that waits for the one permit, which another call has. */
async function queued(options?: Asked): Promise<HeldPlatform> {
  const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
  platform.ask([agentRows()]);
  await settle();
  platform.ask([skillRows()], options);
  await settle();
  return platform;
}

/** A call whose second and later pages are under way side by side, as the exchanges 1, 2… of the platform. */
async function reading(settings: Settings = {}, options?: Asked): Promise<HeldPlatform> {
  const platform = await sent({ pages: () => 3, sideBySide: true, ...settings }, options);
  platform.sent[0]!.answer();
  await settle();
  return platform;
}

/** A call that is overdue, and another beside it. */
async function overdue(settings?: Settings, options?: Asked): Promise<HeldPlatform> {
  const platform = await sent(settings, options);
  await pass(2_000);
  return platform;
}

const fails = async (platform: HeldPlatform, exchange: number, error = broken) => {
  platform.sent[exchange]!.fail(error);
  await settle();
};
const answers = async (platform: HeldPlatform, exchange: number) => {
  platform.sent[exchange]!.answer();
  await settle();
};
const renews = async (platform: HeldPlatform, exchange: number) => {
  platform.sent[exchange]!.renew();
  await settle();
};
const asks = async (platform: HeldPlatform, options?: Asked) => {
  platform.ask([skillRows()], options);
  await settle();
};
/** Others that need a permit. */
const othersAsk = async (platform: HeldPlatform, count = 1) => {
  for (let lastMinutes = 1; lastMinutes <= count; lastMinutes++) platform.ask([agentRows({ lastMinutes })], { deadlineMs: 60_000 });
  await settle();
};

/** The calls of a request that may cause one, and none beside it. */
const oneCallAlone = (): NonNullable<Asked> => {
  let isSpent = false;
  const charge: Charge = { more: () => null, settle: () => undefined };
  return {
    deadlineMs: 5_000,
    charge: () => {
      if (isSpent) return failure("PLAN_TOO_LARGE");
      isSpent = true;
      return charge;
    },
  };
};

/** How each transition of the table comes about. */
const driven: { readonly [S in CallState]: { readonly [E in CallEvent]?: () => Promise<unknown> } } = {
  queued: {
    joined: async () => asks(await queued()),
    granted: () => sent(),
    "circuit open": async () => {
      const platform = await queued();
      for (let failures = 0; failures < 5; failures++) {
        const claim = platform.circuit("a").begin();
        if ("failed" in claim) claim.failed(broken);
      }
      await answers(platform, 0);
    },
    "too late": async () => {
      const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 1 } });
      await asked(platform, agentRows());
      await asks(platform, { deadlineMs: 70_000 });
      await asks(platform, { deadlineMs: 15_000 });
    },
    abandoned: async () => {
      await queued({ deadlineMs: 1_000 });
      await pass(1_000);
    },
    page: async () => {
      const platform = await reading();
      await fails(platform, 1, limitedFor(5_000));
      await answers(platform, 2);
    },
    overdue: async () => {
      await fails(await reading(), 1, limitedFor(5_000));
      await pass(2_000);
    },
    renewed: async () => {
      const platform = await reading();
      const goOn = platform.holdLookUps();
      await fails(platform, 1, limitedFor(5_000));
      await renews(platform, 2);
      goOn();
      await pass(7_000);
    },
    "rate limited": async () => {
      const platform = await reading();
      await fails(platform, 1, limitedFor(5_000));
      await fails(platform, 2, limitedFor(5_000));
    },
    "try failed": async () => {
      const platform = await reading();
      await fails(platform, 1, limitedFor(5_000));
      await fails(platform, 2);
    },
    "pause over": async () => {
      const platform = await reading({ pages: () => 4 });
      await fails(platform, 1);
      await fails(platform, 2);
      await fails(platform, 3, limitedFor(5_000));
      await pass(1_000);
    },
    rejected: async () => {
      const platform = await reading();
      await fails(platform, 1, limitedFor(5_000));
      await fails(platform, 2, rejected);
    },
    reclaimed: async () => {
      const platform = await reading({ limits: { maxConcurrent: 2, maxPerMinute: 120 } }, { deadlineMs: 1_000 });
      await fails(platform, 1, limitedFor(2_000));
      await pass(3_000);
    },
    "failed for good": async () => {
      const platform = await reading();
      await fails(platform, 1, limitedFor(5_000));
      await fails(platform, 2, malformed);
    },
    stopped: async () => (await queued()).coalescer.stop(),
  },
  sent: {
    joined: async () => asks(await sent()),
    granted: async () => answers(await sent({ pages: () => 2 }), 0),
    "too late": async () => {
      const platform = await sent({ pages: () => 2, limits: { maxConcurrent: 1, maxPerMinute: 1 } }, { deadlineMs: 120_000 });
      await answers(platform, 0);
      await asks(platform, { deadlineMs: 15_000 });
    },
    abandoned: async () => {
      await sent({}, { deadlineMs: 1_000 });
      await pass(1_000);
    },
    page: async () => answers(await sent(), 0),
    answered: async () => answers(await sent(), 0),
    renewed: async () => renews(await sent(), 0),
    "rate limited": async () => fails(await sent(), 0, limitedFor(5_000)),
    "try failed": async () => fails(await sent(), 0),
    "pause over": async () => {
      const platform = await reading();
      await fails(platform, 1);
      await fails(platform, 2);
      await pass(1_000);
    },
    rejected: async () => fails(await sent(), 0, rejected),
    overdue: () => overdue(),
    // Its only waiter gives up at the moment from which it is overdue.
    reclaimed: async () => {
      const platform = new HeldPlatform({ limits: { maxConcurrent: 1, maxPerMinute: 120 } });
      platform.ask([skillRows()], { deadlineMs: 2_500 });
      await settle();
      await othersAsk(platform);
      await pass(2_500);
    },
    "failed for good": async () => fails(await sent(), 0, malformed),
    stopped: async () => (await sent()).coalescer.stop(),
  },
  "backing off": {
    joined: async () => {
      const platform = await sent();
      await fails(platform, 0);
      await asks(platform);
    },
    granted: async () => fails(await reading({ pages: () => 4, limits: { maxConcurrent: 2, maxPerMinute: 120 } }), 1),
    "too late": async () => {
      const platform = await reading({ pages: () => 4, limits: { maxConcurrent: 4, maxPerMinute: 3 } }, { deadlineMs: 120_000 });
      await fails(platform, 1);
      await asks(platform, { deadlineMs: 15_000 });
    },
    abandoned: async () => fails(await sent({}, { deadlineMs: 1_000 }), 0),
    page: async () => {
      const platform = await reading();
      await fails(platform, 1);
      await answers(platform, 2);
    },
    renewed: async () => {
      const platform = await reading();
      await fails(platform, 1);
      await renews(platform, 2);
    },
    overdue: async () => {
      const platform = await reading({ retryPausesMs: [10_000] });
      await fails(platform, 1);
      await pass(2_000);
    },
    "rate limited": async () => {
      const platform = await reading();
      await fails(platform, 1);
      await fails(platform, 2, limitedFor(5_000));
    },
    "try failed": async () => {
      const platform = await reading();
      await fails(platform, 1);
      await fails(platform, 2);
    },
    "pause over": async () => {
      await fails(await sent(), 0);
      await pass(1_000);
    },
    rejected: async () => {
      const platform = await reading();
      await fails(platform, 1);
      await fails(platform, 2, rejected);
    },
    reclaimed: async () => {
      const limits = { maxConcurrent: 2, maxPerMinute: 120 };
      const platform = await reading({ limits, retryPausesMs: [10_000] }, { deadlineMs: 1_000 });
      await fails(platform, 1);
      await pass(2_000);
      await othersAsk(platform, 2);
    },
    "failed for good": async () => {
      const platform = await reading();
      await fails(platform, 1);
      await fails(platform, 2, malformed);
    },
    stopped: async () => {
      const platform = await sent();
      await fails(platform, 0);
      platform.coalescer.stop();
    },
  },
  overdue: {
    joined: async () => {
      const platform = await overdue();
      await pass(2_000);
      await asks(platform);
    },
    granted: async () => {
      const platform = await reading({ pages: () => 4, limits: { maxConcurrent: 2, maxPerMinute: 120 } }, oneCallAlone());
      await pass(2_000);
      await renews(platform, 2);
    },
    "too late": async () => {
      const platform = await overdue({ limits: { maxConcurrent: 4, maxPerMinute: 2 } }, { deadlineMs: 120_000 });
      await pass(2_000);
      await asks(platform, { deadlineMs: 120_000 });
      await renews(platform, 0);
      await asks(platform, { deadlineMs: 15_000 });
    },
    abandoned: async () => {
      await overdue({}, oneCallAlone());
      await pass(3_000);
    },
    page: async () => answers(await overdue(), 0),
    renewed: async () => renews(await overdue({}, oneCallAlone()), 0),
    "rate limited": async () => fails(await overdue(), 0, limitedFor(5_000)),
    "try failed": async () => fails(await overdue(), 0),
    "pause over": async () => {
      const platform = await reading();
      await fails(platform, 1);
      await pass(1_000);
      await fails(platform, 3);
      await fails(platform, 2);
      await pass(11_000);
    },
    rejected: async () => fails(await overdue(), 0, rejected),
    overdue: async () => {
      await reading();
      await pass(2_000);
    },
    reclaimed: async () => {
      const platform = await overdue({ limits: { maxConcurrent: 1, maxPerMinute: 120 } }, { deadlineMs: 1_000 });
      await othersAsk(platform);
    },
    "failed for good": async () => fails(await overdue(), 0, malformed),
    stopped: async () => (await overdue()).coalescer.stop(),
  },
  landed: {},
  failed: {},
  dropped: {},
  halved: {},
};

const states = Object.keys(transitions) as CallState[];
const isOver = (state: CallState): boolean => Object.keys(transitions[state]).length === 0;
const lines = states.flatMap((state) =>
  (Object.entries(transitions[state]) as [CallEvent, CallState][]).map(([event, next]) => ({ state, event, next })),
);

describe("a call", () => {
  test.each(lines)("that is $state is $next after: $event", async (line) => {
    const drive = driven[line.state][line.event];
    if (!drive) throw new Error("No test drives this line of the table.");
    await drive();
    expect(steps).toContainEqual(line);
  });
});

describe("the table of a call", () => {
  test("has no line for what cannot happen", () => {
    const unlisted = states.flatMap((state) =>
      Object.keys(driven[state])
        .filter((event) => !(event in transitions[state]))
        .map((event) => `${state}: ${event}`),
    );
    expect(unlisted).toEqual([]);
  });

  test("leads from every state in which a call goes on to an end, and out of no end", () => {
    const ends = states.filter(isOver);
    expect(ends).toEqual(["landed", "failed", "dropped", "halved"]);
    const reached = new Set<CallState>(["queued"]);
    for (const state of reached) for (const next of Object.values(transitions[state])) reached.add(next);
    expect([...reached].sort(), "every state can be reached").toEqual([...states].sort());
    for (const state of states.filter((each) => !isOver(each))) {
      expect(Object.values(transitions[state]).filter(isOver), `${state} has an end`).not.toEqual([]);
      expect(transitions[state].stopped, "the gateway can stop at any time").toBe("failed");
    }
  });

  test("is kept: an event that a state does not list is a bug of the gateway", async () => {
    const platform = await sent();
    const [call] = platform.coalescer.calls(scopeOf(skillRows()));
    await answers(platform, 0);
    expect(call?.state).toBe("landed");
    expect(() => call?.happens("page")).toThrow('A call that is landed cannot be told "page".');
  });
});
