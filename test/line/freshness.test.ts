import { describe, expect, test } from "vitest";
import { hourMs } from "../../src/time.js";
import { atWork, type StillLine, stillLine } from "../support/still-line.js";

const text = (ms: number) => new Date(ms).toISOString();

async function asked(line: StillLine, fields: string) {
  const { errors, headers, extensions, data } = await line.ask<{ contactCenter: Record<string, { asOf: string; stale: boolean }> }>(
    `{ contactCenter { ${fields} } }`,
  );
  expect(errors).toEqual([]);
  return { cacheControl: headers.get("cache-control"), freshness: extensions.freshness, center: data.contactCenter, headers };
}

describe("max-age is how long the answer is still fresh:", () => {
  const closed = (hours: number) => `between: { from: "${text(atWork - (hours + 1) * hourMs)}", to: "${text(atWork - hours * hourMs)}" }`;
  test.each([
    ["agent segments", "agentSegments { asOf }", 15],
    ["skill segments", "skillSegments { asOf }", 15],
    ["key metrics", "keyMetrics { asOf }", 15],
    ["current values", "current { asOf }", 10],
    ["intervals", "intervals { asOf }", 60],
    ["the shortest of several", "agentSegments { asOf } current { asOf } intervals { asOf }", 10],
    ["names beside figures, which live longer", "keyMetrics { asOf } skills { nodes { name } }", 15],
  ])("%s", async (_, fields, seconds) => {
    const line = await stillLine();
    const first = await asked(line, fields);
    expect(first.cacheControl).toBe(`public, max-age=${seconds}`);
    expect(first.freshness).toEqual({ oldestAsOf: text(atWork), stale: false });
    line.clock.now += 3500;
    const later = await asked(line, fields);
    expect(later.cacheControl).toBe(`public, max-age=${Math.floor(seconds - 3.5)}`);
    expect(later.freshness).toEqual({ oldestAsOf: text(atWork), stale: false });
  });

  test("the settings, where they say otherwise", async () => {
    const line = await stillLine({}, { TTL_SEGMENTS_SECONDS: "120", TTL_CURRENT_SECONDS: "45" });
    expect((await asked(line, "agentSegments { asOf }")).cacheControl).toBe("public, max-age=120");
    expect((await asked(line, "agentSegments { asOf } current { asOf }")).cacheControl).toBe("public, max-age=45");
  });

  test("nothing for an answer without figures, and no-store for one with errors", async () => {
    const line = await stillLine();
    expect(await asked(line, "accountId")).toMatchObject({ cacheControl: "public, max-age=0", freshness: undefined });
    const { headers } = await line.ask('{ contactCenter { agentSegments { asOf } current(skillIds: ["x"]) { asOf } } }');
    expect(headers.get("cache-control")).toBe("no-store");
    const { headers: unparsed } = await line.ask("{ nothing like it");
    expect(unparsed.get("cache-control")).toBe("no-store");
  });

  test("short for closed intervals that the platform has not finished", async () => {
    const line = await stillLine();
    line.simulator.fault({ api: "interval-metrics", kind: "in-progress" });
    expect((await asked(line, `intervals(${closed(5)}) { asOf pending { from } }`)).cacheControl).toBe("public, max-age=60");
  });

  test("long for intervals that are closed, and asked for once", async () => {
    const line = await stillLine();
    const fields = `intervals(${closed(5)}) { asOf stale }`;
    expect((await asked(line, fields)).cacheControl).toBe("public, max-age=86400");
    line.clock.now += 6 * hourMs;
    const later = await asked(line, fields);
    expect(later.cacheControl).toBe(`public, max-age=${18 * 3600}`);
    expect(later.center.intervals).toEqual({ asOf: text(atWork), stale: false });
    expect(line.calls()).toBe(1);
  });
});

describe("asOf and stale tell the truth", () => {
  test("of each object, and the oldest of the whole answer", async () => {
    const line = await stillLine();
    await asked(line, "agentSegments { asOf }");
    line.clock.now += 4000;
    const { center, freshness, cacheControl } = await asked(line, "agentSegments { asOf stale } skillSegments { asOf stale }");
    expect(center).toEqual({
      agentSegments: { asOf: text(atWork), stale: false },
      skillSegments: { asOf: text(atWork + 4000), stale: false },
    });
    expect(freshness).toEqual({ oldestAsOf: text(atWork), stale: false });
    expect(cacheControl).toBe("public, max-age=11");
  });

  test("between one and two times to live: served at once, stale, while one refresh runs behind", async () => {
    const line = await stillLine();
    await asked(line, "agentSegments { asOf stale }");
    // The refresh is slow: the stale answer does not wait for it.
    line.simulator.setLatency({ base: 250, jitter: 0 });
    line.clock.now += 16_000;
    const stale = await asked(line, "agentSegments { asOf stale }");
    expect(stale.center.agentSegments).toEqual({ asOf: text(atWork), stale: true });
    expect(stale).toMatchObject({ cacheControl: "public, max-age=0", freshness: { oldestAsOf: text(atWork), stale: true } });
    await expect
      .poll(async () => (await asked(line, "agentSegments { asOf stale }")).center.agentSegments)
      .toEqual({
        asOf: text(atWork + 16_000),
        stale: false,
      });
    expect(line.calls()).toBe(2);
  });

  test("from twice the time to live on: asked again before the answer", async () => {
    const line = await stillLine();
    await asked(line, "agentSegments { asOf stale }");
    line.clock.now += 30_000;
    expect((await asked(line, "agentSegments { asOf stale }")).center.agentSegments).toEqual({ asOf: text(line.clock.now), stale: false });
  });

  test("of an answer glued from two: the older", async () => {
    const line = await stillLine();
    const midnight = Math.floor(atWork / (24 * hourMs)) * 24 * hourMs;
    const day = (from: number, to: number) =>
      `intervals(between: { from: "${text(from)}", to: "${text(to)}" }, everyMinutes: 60, first: 5000) { asOf stale }`;
    await asked(line, day(midnight - 24 * hourMs, midnight));
    line.clock.now += 5000;
    const { center, freshness } = await asked(line, day(midnight - 24 * hourMs, midnight + 12 * hourMs));
    expect(center.intervals).toEqual({ asOf: text(atWork), stale: false });
    expect(freshness).toEqual({ oldestAsOf: text(atWork), stale: false });
  });
});

describe("every answer", () => {
  test("from the simulator says so, and by which request headers it varies", async () => {
    const { headers } = await asked(await stillLine(), "agentSegments { asOf }");
    expect(headers.get("x-gateway-simulated")).toBe("true");
    const vary = (headers.get("vary") ?? "").toLowerCase().split(/,\s*/);
    expect(vary).toEqual(expect.arrayContaining(["authorization", "accept", "accept-encoding", "x-gateway-explain"]));
  });
});
