import { expect, test } from "vitest";
import { Abandonment } from "../../src/graphql/context.js";

test("each listener is told once, and is not told when it was removed or came too late", () => {
  const gone = new Abandonment();
  const told: string[] = [];
  const listen = (name: string) => {
    const listener = () => void told.push(name);
    gone.addEventListener("abort", listener, { once: true });
    return listener;
  };
  listen("first");
  const removed = listen("removed");
  listen("last");
  gone.removeEventListener("abort", removed);
  expect([gone.aborted, told]).toEqual([false, []]);
  gone.abort();
  gone.abort();
  listen("late");
  expect([gone.aborted, told]).toEqual([true, ["first", "last"]]);
});

test("nothing is warned of when many questions listen", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on("warning", warned);
  const gone = new Abandonment();
  for (let listener = 0; listener < 1_000; listener++) gone.addEventListener("abort", () => undefined, { once: true });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});
