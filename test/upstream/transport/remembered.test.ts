import { expect, test } from "vitest";
import { Remembered } from "../../../src/upstream/transport/remembered.js";

/** Look-ups that end when told; the n-th finds the text n, good for 100 ms. */
function remembered() {
  const clock = { now: 0 };
  const running: Pending[] = [];
  const value = new Remembered(
    () =>
      new Promise<{ value: string; goodUntil: number }>((resolve, reject) => {
        const number = running.length + 1;
        running.push({ succeed: () => resolve({ value: String(number), goodUntil: clock.now + 100 }), fail: reject });
      }),
    () => clock.now,
  );
  return { clock, running, value };
}
interface Pending {
  succeed(): void;
  fail(reason: Error): void;
}

test("concurrent askers share one look-up, and later ones its value while it is good", async () => {
  const { clock, running, value } = remembered();
  const both = Promise.all([value.get(), value.get()]);
  running[0]?.succeed();
  expect(await both).toEqual(["1", "1"]);
  clock.now = 99;
  expect(await value.get()).toBe("1");
  clock.now = 100;
  const next = value.get();
  running[1]?.succeed();
  expect(await next).toBe("2");
});

test("a failed look-up fails all who waited for it and is forgotten", async () => {
  const { running, value } = remembered();
  const both = Promise.allSettled([value.get(), value.get()]);
  running[0]?.fail(new Error("down"));
  expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const next = value.get();
  running[1]?.succeed();
  expect(await next).toBe("2");
});

test("many who found the same value bad cause one look-up, and one who comes late gets what the others found", async () => {
  const { running, value } = remembered();
  const first = value.get();
  running[0]?.succeed();
  await first;
  const burst = Promise.all([value.instead("1"), value.instead("1"), value.instead("1")]);
  running[1]?.succeed();
  expect(await burst).toEqual(["2", "2", "2"]);
  expect(await value.instead("1")).toBe("2");
  expect(running).toHaveLength(2);
});
