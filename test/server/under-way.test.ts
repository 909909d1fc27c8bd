import { expect, it } from "vitest";
import { type Ended, UnderWay } from "../../src/server/answers.js";

/** Executions that end when the test says so. */
function executions() {
  const begun: { name: string; end: (how: Ended<string>["how"] | "breaks") => void }[] = [];
  const underWay = new UnderWay<string>();
  const ask = (name: string, key = "k", mayTake: (result: string) => boolean = () => true) =>
    underWay.answer(
      key,
      () =>
        new Promise<Ended<string>>((resolve, reject) => {
          begun.push({ name, end: (how) => (how === "breaks" ? reject(new Error("A bug.")) : resolve({ result: `of ${name}`, how })) });
        }),
      mayTake,
    );
  return {
    ask,
    begun,
    names: () => begun.map(({ name }) => name),
    end: (name: string, how: Ended<string>["how"] | "breaks") => begun.find((each) => each.name === name)!.end(how),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("executes equal requests once, and others for themselves", async () => {
  const { ask, names, end } = executions();
  const asked = [ask("a"), ask("b"), ask("c"), ask("d", "other")];
  expect(names()).toEqual(["a", "d"]);
  end("a", "answered");
  end("d", "answered");
  expect(await Promise.all(asked)).toEqual([
    { result: "of a", shared: false },
    { result: "of a", shared: true },
    { result: "of a", shared: true },
    { result: "of d", shared: false },
  ]);
  void ask("e");
  expect(names()).toEqual(["a", "d", "e"]);
});

it("executes the next for all when the first fails for a reason of its caller", async () => {
  const { ask, names, end } = executions();
  const asked = [ask("a"), ask("b"), ask("c")];
  end("a", "callers");
  await settled();
  expect(names()).toEqual(["a", "b"]);
  end("b", "answered");
  expect((await Promise.all(asked)).map(({ result, shared }) => [result, shared])).toEqual([
    ["of a", false],
    ["of b", false],
    ["of b", true],
  ]);
});

it.each(["failed", "breaks"] as const)("executes each for itself when the first %s, at the same time", async (how) => {
  const { ask, names, end } = executions();
  const first = ask("a").catch((error: Error) => error.message);
  const others = [ask("b"), ask("c")];
  end("a", how);
  await settled();
  expect(names()).toEqual(["a", "b", "c"]);
  expect(await first).toEqual(how === "breaks" ? "A bug." : { result: "of a", shared: false });
  for (const name of ["b", "c"]) end(name, "answered");
  expect((await Promise.all(others)).map(({ result }) => result)).toEqual(["of b", "of c"]);
});

it("lets nobody wait for one that failed the last time, until it succeeds", async () => {
  const { ask, names, end } = executions();
  const first = ask("a");
  end("a", "failed");
  await first;
  const next = [ask("b"), ask("c")];
  expect(names()).toEqual(["a", "b", "c"]);
  for (const name of ["b", "c"]) end(name, "answered");
  await Promise.all(next);
  void ask("d");
  void ask("e");
  expect(names()).toEqual(["a", "b", "c", "d"]);
});

it("executes one for itself that may not take the answer of the first", async () => {
  const { ask, names, end } = executions();
  const first = ask("a");
  const other = ask("b", "k", (result) => result !== "of a");
  end("a", "answered");
  await first;
  await settled();
  expect(names()).toEqual(["a", "b"]);
  end("b", "answered");
  expect(await other).toEqual({ result: "of b", shared: false });
});
