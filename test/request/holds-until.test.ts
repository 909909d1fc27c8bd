import { parse } from "graphql";
import { expect, onTestFinished, test, vi } from "vitest";
import { createGateway } from "../../src/gateway.js";
import { anybody } from "../../src/server/gateway-port.js";
import { stillLine } from "../support/still-line.js";

vi.setConfig({ testTimeout: 30_000 });

/** Runs operations on a gateway of its own, without a server before it. */
async function runner() {
  const { config, clock } = await stillLine();
  const gateway = await createGateway(config, { clock: { now: () => clock.now, monotonic: () => clock.now }, warn: () => undefined });
  onTestFinished(() => gateway.close());
  const run = async (fields: string) => {
    const { context, report } = gateway.request({ explain: null, caller: anybody });
    const document = parse(`{ contactCenter { ${fields} } }`);
    const { data, errors } = await gateway.execute({ document, operationName: null, variables: {}, context, values: 1 });
    expect(errors).toBeUndefined();
    return { data, holdsUntil: report().holdsUntil };
  };
  return { clock, run };
}

test("a report says until when the answer holds: the earliest moment that bounds any part of it", async () => {
  const { run } = await runner();
  expect((await run("current { onlineAgents }")).holdsUntil).toBe(Number.POSITIVE_INFINITY);
  expect((await run("agent(id: 1) { name } intervals { totalCount }")).holdsUntil).toBe(Date.parse("2026-03-11T15:30:00Z"));
  expect((await run("agent(id: 2) { group { id } }")).holdsUntil).toBe(Date.parse("2026-03-11T16:00:00Z"));
});

test("an operation is run again on a request of its own, which moves on with the clock", async () => {
  const { clock, run } = await runner();
  const fields = "intervals { window { to } }";
  const first = await run(fields);
  expect(first.data).toEqual({ contactCenter: { intervals: { window: { to: "2026-03-11T15:15:00.000Z" } } } });
  clock.now = first.holdsUntil - 1;
  expect(await run(fields)).toEqual(first);
  clock.now = first.holdsUntil;
  const { data, holdsUntil } = await run(fields);
  expect(data).toEqual({ contactCenter: { intervals: { window: { to: "2026-03-11T15:30:00.000Z" } } } });
  expect(holdsUntil).toBe(Date.parse("2026-03-11T15:45:00Z"));
});
