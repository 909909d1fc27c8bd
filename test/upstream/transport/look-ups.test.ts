import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/errors.js";
import { LookUps } from "../../../src/upstream/transport/look-ups.js";
import { pass, settle, standAtNoon } from "../fake-time.js";
import { failed } from "../platform-by-hand.js";

standAtNoon();

const unanswered = new Error("Nothing has answered yet.");
const down = new GatewayError("UPSTREAM_UNAVAILABLE", "It is down.");
const minute = 60_000;

/** Look-ups that end when the test says so; the n-th finds the text n, fresh for a minute and usable for two. */
function lookedUp() {
  const monotonic = () => Date.now();
  const running: Pending[] = [];
  const values = new LookUps<"it" | "other", string>(
    () =>
      new Promise((resolve, reject) => {
        const value = String(running.length + 1);
        running.push({
          succeed: (freshMs = minute, usableMs = 2 * minute) =>
            resolve({ value, freshUntil: monotonic() + freshMs, usableUntil: monotonic() + usableMs }),
          fail: (reason = down) => reject(reason),
        });
      }),
    { monotonic },
    { unanswered },
  );
  return { running, values, standing: () => values.standing("it") };
}
interface Pending {
  succeed(freshMs?: number, usableMs?: number): void;
  fail(reason?: Error): void;
}

describe("a value that is looked up", () => {
  test("is looked up once for concurrent askers, and served to later ones while it is fresh", async () => {
    const { running, values } = lookedUp();
    const both = Promise.all([values.get("it"), values.get("it")]);
    running[0]?.succeed();
    expect(await both).toEqual(["1", "1"]);
    await pass(minute);
    expect(await values.get("it")).toBe("1");
    expect(running).toHaveLength(1);
  });

  test("is served while it is looked up again, once it is no longer fresh", async () => {
    const { running, values } = lookedUp();
    const first = values.get("it");
    running[0]?.succeed();
    await first;
    await pass(minute + 1);
    expect(await Promise.all([values.get("it"), values.get("it")])).toEqual(["1", "1"]);
    expect(running).toHaveLength(2);
    running[1]?.succeed();
    await settle();
    expect(await values.get("it")).toBe("2");
  });

  test("is not served when it is not usable any more", async () => {
    const { running, values, standing } = lookedUp();
    const first = values.get("it");
    running[0]?.succeed();
    await first;
    await pass(2 * minute);
    expect(standing()).toEqual({ known: false, failure: unanswered });
    const next = values.get("it");
    running[1]?.succeed();
    expect(await next).toBe("2");
  });

  test("without an end is looked up once", async () => {
    const { running, values } = lookedUp();
    const first = values.get("it");
    running[0]?.succeed(Infinity, Infinity);
    await first;
    await pass(1000 * 24 * 60 * minute);
    expect(await values.get("it")).toBe("1");
    expect(running).toHaveLength(1);
  });

  test("is known for its own key alone", async () => {
    const { running, values } = lookedUp();
    const first = values.get("it");
    running[0]?.succeed();
    await first;
    const other = values.get("other");
    running[1]?.fail();
    expect(await failed(other)).toBe(down);
    expect(await values.get("it")).toBe("1");
  });
});

describe("a look-up that fails", () => {
  test("fails all who wait for it and those of the next second, then is tried again", async () => {
    const { running, values, standing } = lookedUp();
    const both = Promise.allSettled([values.get("it"), values.get("it")]);
    running[0]?.fail();
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await pass(999);
    expect(await failed(values.get("it"))).toBe(down);
    expect(standing()).toEqual({ known: false, failure: down });
    expect(running).toHaveLength(1);
    await pass(1);
    const next = values.get("it");
    running[1]?.succeed();
    expect(await next).toBe("2");
    expect(standing()).toEqual({ known: true, failure: undefined });
  });

  test("leaves the known value, and is tried again behind it after pauses of 1, 2, 4… 60 s", async () => {
    const { running, values, standing } = lookedUp();
    const first = values.get("it");
    running[0]?.succeed(minute, Infinity);
    await first;
    await pass(minute + 1);
    const pauses: number[] = [];
    for (let failures = 1; failures <= 8; failures++) {
      expect(await values.get("it")).toBe("1");
      expect(running).toHaveLength(failures + 1);
      running[failures]?.fail();
      await settle();
      expect(standing()).toEqual({ known: true, failure: down });
      let pauseMs = 0;
      while (running.length === failures + 1) {
        await pass(500);
        pauseMs += 500;
        expect(await values.get("it")).toBe("1");
      }
      pauses.push(pauseMs / 1000);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test("is tried again no sooner than the platform's Retry-After says, at most ten minutes, and says what is left of it", async () => {
    const { running, values } = lookedUp();
    const limited = (retryAfterMs: number) => new GatewayError("UPSTREAM_RATE_LIMITED", "Too many.", { account: "le1", retryAfterMs });
    const first = values.get("it");
    running[0]?.fail(limited(30_000));
    await failed(first);
    await pass(20_000);
    expect((await failed(values.get("it"))).extensions).toMatchObject({
      code: "UPSTREAM_RATE_LIMITED",
      account: "le1",
      retryAfterMs: 10_000,
    });
    await pass(10_000);
    const second = values.get("it");
    running[1]?.fail(limited(24 * 60 * minute));
    await failed(second);
    await pass(10 * minute - 1);
    await failed(values.get("it"));
    expect(running).toHaveLength(2);
    await pass(1);
    void failed(values.get("it"));
    expect(running).toHaveLength(3);
  });
});

describe("a value that turned out bad", () => {
  async function known() {
    const all = lookedUp();
    const first = all.values.get("it");
    all.running[0]?.succeed();
    await first;
    return all;
  }

  test("is looked up again once for many, and a late one receives what the others found", async () => {
    const { running, values } = await known();
    const burst = Promise.all([values.instead("it", "1"), values.instead("it", "1"), values.instead("it", "1")]);
    running[1]?.succeed();
    expect(await burst).toEqual(["2", "2", "2"]);
    expect(await values.instead("it", "1")).toBe("2");
    expect(running).toHaveLength(2);
  });

  test("is not served while another is looked up, but known", async () => {
    const { running, values, standing } = await known();
    const other = values.instead("it", "1");
    const asker = values.get("it");
    expect(standing()).toEqual({ known: true, failure: undefined });
    running[1]?.succeed();
    expect(await Promise.all([other, asker])).toEqual(["2", "2"]);
  });

  test("serves on when no other is found, and no other is looked for during the next second", async () => {
    const { running, values } = await known();
    const other = values.instead("it", "1");
    running[1]?.fail();
    expect(await failed(other)).toBe(down);
    expect(await values.get("it")).toBe("1");
    expect(await failed(values.instead("it", "1"))).toBe(down);
    expect(running).toHaveLength(2);
    await pass(1000);
    const third = values.instead("it", "1");
    running[2]?.succeed();
    expect(await third).toBe("3");
  });
});

describe("a value that is kept in the background", () => {
  const half = () => 0.5;
  const untold = () => undefined;

  test("tells when renewals begin to fail and when they succeed again, once each, and nothing of the first look-up", async () => {
    const { running, values } = lookedUp();
    const told: [string, boolean][] = [];
    const kept = values.keep("it", half, ({ message }, isOver) => told.push([message, isOver]));
    running[0]?.succeed();
    await kept;
    expect(told).toEqual([]);
    await pass(minute + 1);
    running[1]?.fail();
    await settle();
    await pass(1_500);
    running[2]?.fail();
    await settle();
    expect(told).toEqual([[down.message, false]]);
    await pass(3_000);
    running[3]?.succeed();
    await settle();
    expect(told).toEqual([
      [down.message, false],
      [down.message, true],
    ]);
    values.close();
  });

  test("is renewed when it is no longer fresh, without an asker", async () => {
    const { running, values } = lookedUp();
    const kept = values.keep("it", half, untold);
    running[0]?.succeed();
    await kept;
    await pass(minute);
    expect(running).toHaveLength(1);
    await pass(1);
    running[1]?.succeed();
    await pass(minute + 1);
    expect(running).toHaveLength(3);
    values.close();
  });

  test("is looked up again after failures, each pause lengthened by up to half at random", async () => {
    const { running, values, standing } = lookedUp();
    expect(standing()).toEqual({ known: false, failure: unanswered });
    const kept = values.keep("it", half, untold);
    running[0]?.fail();
    await kept;
    expect(standing()).toEqual({ known: false, failure: down });
    for (const [failures, pauseMs] of [1_250, 2_500, 5_000, 10_000, 20_000, 40_000, 75_000, 75_000].entries()) {
      await pass(pauseMs - 1);
      expect(running).toHaveLength(failures + 1);
      await pass(1);
      expect(running).toHaveLength(failures + 2);
      running.at(-1)?.fail();
      await settle();
    }
    await pass(75_000);
    running.at(-1)?.succeed();
    await settle();
    expect(standing()).toEqual({ known: true, failure: undefined });
    expect(await values.get("it")).toBe("10");
    values.close();
  });

  test("is not looked up again in the pause that an asker's failure began", async () => {
    const { running, values } = lookedUp();
    const kept = values.keep("it", half, untold);
    running[0]?.fail();
    await kept;
    await pass(1_200);
    const asker = values.get("it");
    running[1]?.fail();
    await failed(asker);
    await pass(2_449);
    expect(running, "a pause of 2 s, lengthened").toHaveLength(2);
    await pass(100);
    expect(running).toHaveLength(3);
    values.close();
  });

  test("is not looked up again after close", async () => {
    const { running, values } = lookedUp();
    const kept = values.keep("it", half, untold);
    running[0]?.succeed();
    await kept;
    const other = values.keep("other", half, untold);
    values.close();
    running[1]?.fail();
    await other;
    await pass(10 * minute);
    expect(running).toHaveLength(2);
  });
});
