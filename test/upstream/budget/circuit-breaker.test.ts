import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type ErrorCode, GatewayError } from "../../../src/errors.js";
import { CircuitBreaker, type CircuitClaim } from "../../../src/upstream/budget/circuit-breaker.js";
import { standAtNoon } from "../fake-time.js";
import { acquirePermit, limiterOf, within } from "../permits-by-hand.js";

standAtNoon();

function circuit(random = () => 0) {
  const time = { now: 1_000 };
  const breaker = new CircuitBreaker({ name: "operations of account a", account: "a", clock: { monotonic: () => time.now }, random });
  return { time, breaker };
}

const failing = (code: ErrorCode) => new GatewayError(code, "The platform said so.");
const unavailable = failing("UPSTREAM_UNAVAILABLE");

function claimed(breaker: CircuitBreaker): CircuitClaim {
  const claim = breaker.begin();
  if (claim instanceof GatewayError) throw claim;
  return claim;
}

function fail(breaker: CircuitBreaker, times: number, error: unknown = unavailable): void {
  for (let count = 0; count < times; count++) claimed(breaker).failed(error);
}

function opened(random?: () => number) {
  const opened = circuit(random);
  fail(opened.breaker, 5);
  return opened;
}

describe("a circuit", () => {
  it("opens after five failures in a row, and says when a request is tried again", () => {
    const { breaker, time } = circuit();
    fail(breaker, 4);
    claimed(breaker).succeeded();
    fail(breaker, 4);
    expect(breaker.refusal()).toBeNull();
    fail(breaker, 1, failing("UPSTREAM_TIMEOUT"));
    expect(breaker.refusal()).toMatchObject({
      message: "The platform has failed many times in a row for operations of account a; it is asked again in 5000 ms.",
      extensions: { code: "UPSTREAM_UNAVAILABLE", retryable: true, account: "a", retryAfterMs: 5_000 },
    });
    time.now += 1_200.5;
    expect(breaker.begin()).toMatchObject({ extensions: { retryAfterMs: 3_800 } });
    time.now += 3_799.5;
    expect(breaker.refusal()).toBeNull();
  });

  it.each([
    ["UPSTREAM_UNAUTHORIZED", 4],
    ["UPSTREAM_RATE_LIMITED", 4],
    ["BUDGET_EXHAUSTED", 4],
    ["UPSTREAM_REJECTED", 0],
    ["UPSTREAM_INVALID_RESPONSE", 0],
  ] as const)("is not opened by %s, and has %i failures in a row with four before it", (code, stillInARow) => {
    const { breaker } = circuit();
    fail(breaker, 4);
    fail(breaker, 20, failing(code));
    fail(breaker, 4 - stillInARow);
    expect(breaker.refusal()).toBeNull();
    fail(breaker, 1);
    expect(breaker.refusal()).not.toBeNull();
  });

  it("is not opened by an error that is none of the contract's", () => {
    const { breaker } = circuit();
    fail(breaker, 20, new TypeError("undefined is not a function"));
    expect(breaker.refusal()).toBeNull();
  });

  it("that refuses requests costs none of the budget", async () => {
    const { breaker } = opened();
    const limiter = limiterOf({ maxConcurrent: 4, maxPerMinute: 20 });
    for (let call = 0; call < 20; call++) {
      const permit = await acquirePermit(limiter, within(0));
      expect(breaker.begin()).toBeInstanceOf(GatewayError);
      permit.release();
    }
    expect(limiter.budget().currentlyAvailable).toBe(20);
  });
});

describe("an open circuit", () => {
  it("lets one probe at a time through when its pause is over, and closes when that succeeds", async () => {
    const { breaker, time } = opened();
    expect(breaker.probing()).toBeNull();
    time.now += 5_000;
    expect([breaker.refusal(), breaker.refusal()], "a check changes nothing").toEqual([null, null]);
    const probe = claimed(breaker);
    expect(breaker.refusal()).toMatchObject({
      message: "The platform has failed many times in a row for operations of account a; one request tests now whether it answers again.",
      extensions: { code: "UPSTREAM_UNAVAILABLE", retryAfterMs: 1_000 },
    });
    expect(breaker.begin()).toBeInstanceOf(GatewayError);
    const ended = breaker.probing();
    probe.succeeded();
    await ended;
    expect([breaker.refusal(), breaker.probing()]).toEqual([null, null]);
    fail(breaker, 4);
    expect(breaker.refusal(), "the failures before are forgotten").toBeNull();
  });

  it("pauses twice as long after each probe that fails, up to a minute, and begins with 5 s when it was closed", () => {
    const { breaker, time } = opened();
    const pauses: unknown[] = [];
    for (let probe = 0; probe < 6; probe++) {
      const { retryAfterMs } = breaker.refusal()!.extensions;
      pauses.push(retryAfterMs);
      time.now += retryAfterMs!;
      claimed(breaker).failed(unavailable);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    time.now += 60_000;
    claimed(breaker).succeeded();
    fail(breaker, 5);
    expect(breaker.refusal()).toMatchObject({ extensions: { retryAfterMs: 5_000 } });
  });

  it("pauses up to a quarter longer by chance, never beyond a minute", () => {
    const { breaker, time } = opened(() => 1);
    const pauses: unknown[] = [];
    for (let probe = 0; probe < 5; probe++) {
      const { retryAfterMs } = breaker.refusal()!.extensions;
      pauses.push(retryAfterMs);
      time.now += retryAfterMs!;
      claimed(breaker).failed(unavailable);
    }
    expect(pauses).toEqual([6_250, 12_500, 25_000, 50_000, 60_000]);
  });

  it.each<[string, (probe: CircuitClaim) => void]>([
    ["was given up", (probe) => probe.release()],
    ["met a 401", (probe) => probe.failed(failing("UPSTREAM_UNAUTHORIZED"))],
    ["met a 429", (probe) => probe.failed(failing("UPSTREAM_RATE_LIMITED"))],
  ])("sends another probe at once after one that %s", async (_, end) => {
    const { breaker, time } = opened();
    time.now += 5_000;
    const probe = claimed(breaker);
    const ended = breaker.probing();
    end(probe);
    await ended;
    expect(breaker.refusal()).toBeNull();
    claimed(breaker).failed(unavailable);
    expect(breaker.refusal(), "it was still open").toMatchObject({ extensions: { retryAfterMs: 10_000 } });
  });

  it("takes no notice of requests that were sent before it opened, nor a closed one of those before it closed", () => {
    const { breaker, time } = circuit();
    const [early, slow] = [claimed(breaker), claimed(breaker)];
    fail(breaker, 5);
    early.failed(unavailable);
    expect(breaker.refusal()).toMatchObject({ extensions: { retryAfterMs: 5_000 } });
    time.now += 5_000;
    claimed(breaker).succeeded();
    fail(breaker, 4);
    slow.failed(unavailable);
    expect(breaker.refusal()).toBeNull();
  });

  it("counts the first end of a claim alone", () => {
    const { breaker } = circuit();
    const claim = claimed(breaker);
    claim.succeeded();
    for (let times = 0; times < 10; times++) claim.failed(unavailable);
    expect(breaker.refusal()).toBeNull();
  });
});

test("whatever happens, one probe at most is under way, and a request is let through exactly when the refusal says so", () => {
  const step = fc.oneof(
    fc.record({ passMs: fc.constantFrom(1, 999, 5_000, 30_000) }),
    fc.constant("begin" as const),
    fc.record({ claim: fc.nat(), end: fc.constantFrom("succeeded", "failed", "failed", "failed", "release") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, chance) => {
      const { breaker, time } = opened(() => chance);
      const refusedAt = (now: number): boolean => {
        const before = time.now;
        time.now = now;
        const refusal = breaker.refusal();
        time.now = before;
        return refusal !== null;
      };
      const claims: CircuitClaim[] = [];
      let probe: CircuitClaim | undefined;
      for (const each of steps) {
        if (each === "begin") {
          const refusal = breaker.refusal();
          const claim = breaker.begin();
          expect(claim instanceof GatewayError).toBe(refusal !== null);
          if (claim instanceof GatewayError) continue;
          expect(probe).toBeUndefined();
          claims.push(claim);
          // A request that nothing may follow is a probe.
          if (breaker.refusal()) probe = claim;
        } else if ("passMs" in each) time.now += each.passMs;
        else if (claims.length > 0) {
          const [claim] = claims.splice(each.claim % claims.length, 1);
          if (each.end === "failed") claim!.failed(unavailable);
          else if (each.end === "succeeded") claim!.succeeded();
          else claim!.release();
          if (claim === probe) probe = undefined;
        }
        expect(breaker.probing() !== null).toBe(probe !== undefined);
        const refusal = breaker.refusal();
        if (!refusal || probe) continue;
        const at = time.now + refusal.extensions.retryAfterMs!;
        expect([refusedAt(at - 1), refusedAt(at)]).toEqual([true, false]);
      }
    }),
    { numRuns: 300, seed: 13 },
  );
});

describe("circuits of several replicas", () => {
  /** Two circuits that hear of each other at once. */
  function pair() {
    const time = { now: 1_000 };
    const listeners: { opened: () => void; closed: () => void }[] = [];
    const told: string[] = [];
    const circuitOf = (at: number) =>
      new CircuitBreaker({
        ...{ name: "operations of account a", account: "a", clock: { monotonic: () => time.now }, random: () => 0 },
        news: {
          opened() {
            told.push(`${at} opened`);
            listeners[1 - at]!.opened();
          },
          closed() {
            told.push(`${at} closed`);
            listeners[1 - at]!.closed();
          },
          onNews(each) {
            listeners[at] = each;
          },
        },
      });
    return { time, told, one: circuitOf(0), other: circuitOf(1) };
  }

  it("open after one failure when another's has opened within a minute", () => {
    const { time, told, one, other } = pair();
    fail(one, 5);
    expect(other.refusal()).toBeNull();
    fail(other, 1);
    expect(other.refusal()).toMatchObject({ extensions: { code: "UPSTREAM_UNAVAILABLE", retryAfterMs: 5_000 } });
    expect(told).toEqual(["0 opened", "1 opened"]);
    const later = pair();
    fail(later.one, 5);
    later.time.now += 60_000;
    fail(later.other, 4);
    expect(later.other.refusal()).toBeNull();
    expect(time.now).toBe(1_000);
  });

  it("open at once where the last request has failed too", () => {
    const { one, other } = pair();
    fail(other, 1);
    fail(one, 5);
    expect(other.state).toBe("open");
  });

  it("stay closed where requests succeed: the other replica may have lost its network", () => {
    const { one, other } = pair();
    fail(one, 5);
    for (let asked = 0; asked < 10; asked++) claimed(other).succeeded();
    expect([one.state, other.state]).toEqual(["open", "closed"]);
  });

  it("send a request as soon as another's has closed, and close when it succeeds", () => {
    const { time, told, one, other } = pair();
    fail(one, 5);
    time.now += 2_000;
    fail(other, 1);
    time.now += 3_000;
    claimed(one).succeeded();
    expect(other.refusal()).toBeNull();
    claimed(other).succeeded();
    expect([one.state, other.state]).toEqual(["closed", "closed"]);
    fail(other, 4);
    expect(other.state).toBe("closed");
    expect(told).toEqual(["0 opened", "1 opened", "0 closed", "1 closed"]);
  });
});
