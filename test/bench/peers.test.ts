import { expect, it, onTestFinished } from "vitest";
import { askGateway, dashboard } from "../../bench/speed/dashboard.js";
import type { Ask } from "../../bench/speed/requests.js";
import { answerOf } from "../../bench/speed/scene.js";
import { startPlainApollo } from "../../bench/speed/served.js";
import { everything } from "../../bench/speed/worst-requests.js";
import { startLine } from "../support/line.js";

/** Both in the same minute, which the hand-written server cannot be told: its window of key metrics ends at the next whole minute of this machine. */
async function bothAnswers(askFor: (skills: string[], agents: string[]) => Ask): Promise<{ gateway: unknown; plain: unknown }> {
  const now = Date.now();
  const line = await startLine({ accounts: [{ id: "demo" }], now: () => now }, {}, () => now);
  onTestFinished(() => line.stop());
  const { url, accounts } = line.simulator;
  const plain = await startPlainApollo({ url, account: "demo", bearer: accounts[0]!.bearers[0]! }, 0);
  onTestFinished(() => plain.stop());

  const { skills, agents } = line.simulator.truth("demo");
  const ask = askFor(
    skills.map(({ id }) => id),
    agents.map(({ id }) => id),
  );
  const port = Number(new URL(line.url).port);
  const gateway = { name: "gateway", port, path: "/graphql", readyMs: 0, cpuMs: async () => 0, stop: async () => undefined };
  const answers = { gateway: figuresOf(await answerOf(gateway, ask)), plain: figuresOf(await answerOf(plain, ask)) };
  return Math.ceil(now / 60_000) === Math.ceil(Date.now() / 60_000) ? answers : bothAnswers(askFor);
}

const figuresOf = (answer: string): unknown =>
  JSON.parse(answer, (name, value) => (name === "asOf" || name === "extensions" ? undefined : value));

it("the hand-written server gives the figures of the gateway for a dashboard", async () => {
  const { gateway, plain } = await bothAnswers((skills) => askGateway(dashboard(skills), "Dashboard"));
  expect(JSON.stringify(gateway)).toMatch(/"onlineAgents":\d+/);
  expect(plain).toEqual(gateway);
});

it("the hand-written server gives the figures of the gateway for agents by interval", async () => {
  const { gateway, plain } = await bothAnswers((_, agents) => ({ body: everything(agents).body.replace("%n%", "") }));
  expect(JSON.stringify(gateway)).toMatch(/"totalAgentConversationSegments":[1-9]/);
  expect(plain).toEqual(gateway);
});
