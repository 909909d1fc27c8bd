import { expect, it } from "vitest";
import { OpenScope } from "../../../src/upstream/coalescing/open-scope.js";
import { scopeOf } from "../../../src/upstream/plan.js";
import { skillRows } from "../questions-by-hand.js";

const mebibyte = 2 ** 20;

it("takes little room for each of thousands of scopes, such as windows that somebody asked for once", () => {
  const question = skillRows();
  const scope = scopeOf(question);
  const before = process.memoryUsage().heapUsed;
  const scopes = Array.from({ length: 1_000 }, () => {
    const open = new OpenScope(scope, () => 0);
    open.uses(question, 60_000);
    open.acceptArguments([question]);
    return open;
  });
  // With room for all that may be remembered it would be half a gigabyte.
  expect((process.memoryUsage().heapUsed - before) / mebibyte).toBeLessThan(50);
  expect(scopes.every((open) => open.acceptedArgument(question) && open.acceptedId("1"))).toBe(true);
});
