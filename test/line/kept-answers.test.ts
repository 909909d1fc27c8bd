import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsOf, refused, served } from "../auth/served.js";
import { atWork } from "../support/still-line.js";

const accounts = (url: string) => `accounts: [{ id: demo, services: { csds: "${url}" }, credentials: { bearer: env:TOKEN } }]`;

/** A gateway whose wall clock and monotonic clock move only when the test moves them. */
async function kept(environment: Record<string, string> = {}) {
  const time = { now: atWork, monotonic: 0 };
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  const line = await served({
    simulated: { now: clock.now },
    environment: { TOKEN: "simulated-token", LP_MAX_PER_MINUTE: "100000", ...environment },
    accounts,
    clock,
  });
  const asked = async (fields: string) => {
    const answer = await line.ask(`{ contactCenter { ${fields} } }`);
    expect(refused(answer)).toEqual([]);
    return {
      ...answer,
      figures: answer.data.contactCenter as Record<string, { asOf: string; stale: boolean }>,
      source: line.sources().at(-1),
    };
  };
  const passes = (ms: number) => {
    time.now += ms;
    time.monotonic += ms;
  };
  return { ...line, time, asked, passes };
}

describe("a stale answer", () => {
  it("is kept while a refresh runs behind it, and ends with it", { timeout: 30_000 }, async () => {
    const line = await kept();
    const { asked: ask, passes, simulator } = line;
    await ask("agentSegments { asOf stale }");
    passes(16_000);
    // The refresh takes longer than the requests that it must outlast.
    simulator.setLatency({ base: 1_200, jitter: 0 });
    const sources = [];
    for (let time = 0; time < 4; time++) {
      const { figures, source, headers } = await ask("agentSegments { asOf stale }");
      expect(figures.agentSegments).toEqual({ asOf: new Date(atWork).toISOString(), stale: true });
      expect(headers.get("cache-control")).toBe("public, max-age=0");
      sources.push(source);
    }
    expect(sources).toEqual(["executed", "memo", "memo", "memo"]);
    await expect
      .poll(async () => (await ask("agentSegments { asOf stale }")).figures.agentSegments?.stale, { timeout: 20_000 })
      .toBe(false);
    expect(callsOf(line)).toBe(2);
  });

  it("is given for a second at most, should nothing come of the refresh", async () => {
    const { asked: ask, passes, simulator } = await kept();
    await ask("agentSegments { asOf stale }");
    passes(16_000);
    simulator.fault({ api: "agent-segments", kind: "hang" });
    const first = await ask("agentSegments { asOf stale }");
    const second = await ask("agentSegments { asOf stale }");
    expect([first, second].map(({ source, figures }) => [source, figures.agentSegments?.stale])).toEqual([
      ["executed", true],
      ["memo", true],
    ]);
    passes(1_000);
    expect((await ask("agentSegments { asOf stale }")).source).toBe("executed");
  });
});

describe("over any sequence of requests and of steps of time", () => {
  const ttlMs = { agentSegments: 15_000, skillSegments: 15_000, keyMetrics: 15_000, current: 10_000 };
  type Name = keyof typeof ttlMs;
  const boards: readonly (readonly Name[])[] = [["current"], ["keyMetrics", "current"], ["agentSegments", "skillSegments"]];
  const step = fc.record({
    asked: fc.constantFrom(...boards),
    passMs: fc.oneof({ weight: 8, arbitrary: fc.nat(700) }, { weight: 1, arbitrary: fc.nat(20_000) }),
    setBackMs: fc.oneof({ weight: 24, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 60_001, max: 3_600_000 }) }),
  });

  it("no figure is older than it may be, and none that is not fresh is called so", { timeout: 60_000 }, async () => {
    const { asked: ask, passes, time, sources } = await kept();
    /** Monotonic ms at which the platform was asked, by the date that it said then. */
    const askedAt = new Map<string, number>();
    for (const { asked: names, passMs, setBackMs } of fc.sample(step, { seed: 7, numRuns: 300 })) {
      passes(passMs);
      time.now -= setBackMs;
      const { figures, headers } = await ask(names.map((name) => `${name} { asOf stale }`).join(" "));
      const left: number[] = [];
      for (const name of names) {
        const { asOf, stale } = figures[name]!;
        if (!askedAt.has(asOf)) askedAt.set(asOf, time.monotonic);
        const ageMs = time.monotonic - askedAt.get(asOf)!;
        expect(ageMs, `${name} of ${asOf}`).toBeLessThan(stale ? 2 * ttlMs[name] : ttlMs[name]);
        left.push(stale ? 0 : ttlMs[name] - ageMs);
      }
      const maxAge = Number(/max-age=(\d+)/.exec(headers.get("cache-control") ?? "")?.[1]);
      expect(maxAge).toBeLessThanOrEqual(Math.min(...left) / 1000);
    }
    const hits = sources().filter((source) => source === "memo").length;
    expect(hits).toBeGreaterThan(40);
    expect(hits).toBeLessThan(260);
  });
});
