import { expect, it, onTestFinished } from "vitest";
import { askGateway, dashboard } from "../../bench/speed/dashboard.js";
import type { Ask } from "../../bench/speed/requests.js";
import { answerOf } from "../../bench/speed/scene.js";
import { startPlainApollo } from "../../bench/speed/served.js";
import { everything } from "../../bench/speed/worst-requests.js";
import { startLine } from "../support/line.js";
import { atWork } from "../support/still-line.js";

/** What the gateway and the hand-written server say of the same platform at the same moment. */
async function answersOf(askFor: (skills: string[], agents: string[]) => Ask): Promise<{ gateway: unknown; plain: unknown }> {
  const line = await startLine({ accounts: [{ id: "demo", conversationsPerDay: 2_000 }] }, {}, () => atWork);
  onTestFinished(() => line.stop());
  const { url, accounts } = line.simulator;
  const plain = await startPlainApollo({ url, account: "demo", bearer: accounts[0]!.bearers[0]! }, 0, atWork);
  onTestFinished(() => plain.stop());
  const { skills, agents } = line.simulator.truth("demo");
  const ask = askFor(
    skills.map(({ id }) => id),
    agents.map(({ id }) => id),
  );
  return {
    gateway: figuresOf(await answerOf({ name: "gateway", port: Number(new URL(line.url).port), path: "/graphql" }, ask)),
    plain: figuresOf(await answerOf(plain, ask)),
  };
}

const figuresOf = (answer: string): unknown =>
  JSON.parse(answer, (name, value) => (name === "asOf" || name === "extensions" ? undefined : value));

it("the hand-written server gives the figures of the gateway for a dashboard", async () => {
  const { gateway, plain } = await answersOf((skills) => askGateway(dashboard(skills), "Dashboard"));
  expect(JSON.stringify(gateway)).toMatch(/"onlineAgents":\d+/);
  expect(plain).toEqual(gateway);
});

it("the hand-written server gives the figures of the gateway for agents by interval", async () => {
  const { gateway, plain } = await answersOf((_, agents) => ({ body: everything(agents).body.replace("%n%", "") }));
  expect(JSON.stringify(gateway)).toMatch(/"totalAgentConversationSegments":[1-9]/);
  expect(plain).toEqual(gateway);
});
