import { gql, type OperationResult } from "@urql/core";
import { expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { openClient } from "../../examples/wallboard/client.js";
import { liveLine, until } from "../live/live-line.js";

interface Data {
  contactCenter: { accountId: string; current: { onlineAgents: number } | null };
}

it("a state of the wallboard's client has no error of the state before", async () => {
  vi.stubGlobal("WebSocket", WebSocket);
  const line = await liveLine();
  const { client, close } = openClient(`${line.url}/graphql`, {}, () => undefined);
  onTestFinished(close);
  const states: OperationResult<Data>[] = [];
  line.simulator.fault({ api: "key-metrics", status: 500 });
  client
    .subscription<Data>(gql("subscription { contactCenter(everySeconds: 10) { accountId current { onlineAgents } } }"), {})
    .subscribe((state) => states.push(state));
  await until(() => states.length === 1);
  expect(states[0]?.data).toEqual({ contactCenter: { accountId: "demo", current: null } });
  expect(states[0]?.error?.graphQLErrors).toMatchObject([{ path: ["contactCenter", "current"], extensions: { api: "KEY_METRICS" } }]);
  line.simulator.clearFaults();
  await line.run(60);
  await until(() => states.at(-1)?.data?.contactCenter.current != null);
  expect(states.at(-1)?.error).toBeUndefined();
});
