import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examine, type Finding } from "../../src/cli/examine.js";
import { type Clock, systemClock } from "../../src/clock.js";
import { configFrom, type Environment } from "../../src/config.js";
import type { Simulator } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";
import { atWork } from "../support/still-line.js";

let simulator: Simulator;
beforeAll(async () => {
  const account = { id: "le1", bearers: ["go0d"], clientId: "app", clientSecret: "s3cret" };
  simulator = await startSimulator({ accounts: [account], now: () => atWork });
});
afterAll(() => simulator.close());
const clock = (): Clock => ({ now: simulator.now, monotonic: systemClock.monotonic });

async function findings(environment: Environment): Promise<Finding[]> {
  const [account] = configFrom({ LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, ...environment }).accounts;
  const all: Finding[] = [];
  if (account) for await (const finding of examine(account, clock())) all.push(finding);
  return all;
}

const client = { LP_CLIENT_ID: "app", LP_CLIENT_SECRET: "s3cret" };
const outcomes = (all: Finding[]) => Object.fromEntries(all.map(({ what, outcome }) => [what, outcome]));

describe("examine", () => {
  it("asks look-up, token service and each API once, and finds that all works", async () => {
    simulator.resetCounts();
    const all = await findings(client);
    expect(outcomes(all)).toEqual({
      "Domain of operations": "works",
      "Domain of keyMetrics": "works",
      "Domain of intervalMetrics": "works",
      "Domain of sentinel": "works",
      Credentials: "works",
      "Agent segments": "works",
      "Skill segments": "works",
      "Key messaging metrics": "works",
      "Interval metrics": "works",
    });
    const paths = simulator.requests().map(({ path }) => path);
    const lookUps = ["leDataReporting", "agentManagerWorkspace", "agentActivityDomain", "service/sentinel", "app/token"];
    for (const method of [...lookUps, "msgagentsegments", "msgskillsegments", "manager_workspace", "interval-metrics"]) {
      expect(
        paths.filter((path) => path.includes(method)),
        method,
      ).toHaveLength(1);
    }
  });

  it("says that client credentials are refused, asks no API with them, and shows no secret", async () => {
    const all = await findings({ ...client, LP_CLIENT_SECRET: "wr0ng" });
    expect(all.find(({ what }) => what === "Credentials")).toEqual({
      what: "Credentials",
      outcome: "fails",
      said: expect.stringMatching(/refused the client credentials.*Check client id and client secret/),
    });
    expect(all.slice(-4).map(({ outcome }) => outcome)).toEqual(Array(4).fill("not asked"));
    expect(JSON.stringify(all)).not.toMatch(/wr0ng|app/);
  });

  it("asks no API of an account that is read with its callers' own tokens, and calls that no failure", async () => {
    const [account] = configFrom({ LP_ACCOUNT_ID: "le1", LP_CSDS_URL: simulator.url, ...client }).accounts;
    const all: Finding[] = [];
    for await (const finding of examine({ ...account!, credentials: { kind: "caller" } }, clock())) all.push(finding);
    expect(all.map(({ outcome }) => outcome)).toEqual([...Array(3).fill("works"), ...Array(5).fill("not asked")]);
  });

  it("says of each API that a bearer is refused", async () => {
    const all = await findings({ LP_BEARER_TOKEN: "b4d" });
    expect(all.slice(-4)).toEqual(
      Array(4).fill(expect.objectContaining({ outcome: "fails", said: expect.stringMatching(/refused access \(401\)/) })),
    );
    expect(JSON.stringify(all)).not.toMatch("b4d");
  });

  it("goes on where one service is unknown or down", async () => {
    const all = await findings({ LP_BEARER_TOKEN: "go0d", LP_OPERATIONS_URL: "http://127.0.0.1:9" });
    expect(outcomes(all)).toMatchObject({ "Agent segments": "fails", "Skill segments": "fails", "Key messaging metrics": "works" });
    expect(all[0]?.said).toBe("http://127.0.0.1:9, as set; neither looked up nor asked yet.");
  });

  it("says what is odd about an answer that works", async () => {
    simulator.fault({ api: "interval-metrics", kind: "rewritten", find: '"metrics":', replace: '"none":' });
    const all = await findings(client);
    simulator.clearFaults();
    expect(all.at(-1)).toMatchObject({
      outcome: "works",
      said: expect.stringMatching(/Interval rows without metrics: \d+\. They are left out\.$/),
    });
  });

  it("finds that an API with a faulty section fails", async () => {
    simulator.fault({ api: "agent-segments", kind: "rewritten", find: '"metricsTotal":', replace: '"none":' });
    const all = await findings(client);
    simulator.clearFaults();
    expect(all.find(({ what }) => what === "Agent segments")).toMatchObject({
      outcome: "fails",
      said: expect.stringMatching(/metricsTotal is not an object/),
    });
  });

  it("asks no API whose place the look-up does not know", async () => {
    const all = await findings({ LP_ACCOUNT_ID: "le2", LP_BEARER_TOKEN: "go0d" });
    expect(all[0]).toMatchObject({ outcome: "fails", said: expect.stringMatching(/does not know the account/) });
    expect(all.slice(-4).map(({ outcome, said }) => [outcome, said])[0]).toEqual([
      "not asked",
      "the address of operations is not known: see above.",
    ]);
  });
});
