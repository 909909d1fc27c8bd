import { beforeAll, describe, expect, test } from "vitest";
import { fields } from "../../src/graphql/fields.js";
import { minuteMs } from "../../src/time.js";
import { apiByName, apis as everyApi } from "../../src/upstream/apis/registry.js";
import type { ApiName } from "../../src/upstream/question.js";
import type { Answer } from "../support/line.js";
import { type StillLine, startStill, stillLine } from "../support/still-line.js";
import { type AskingCase, askingCases } from "./asking-field-cases.js";
import { knownOf, valueAt, withNullAt } from "./known.js";

type Data = Record<string, unknown>;
const apis = everyApi.map(({ name }) => name);
const cases = Object.entries(askingCases);

/** One field of each API that has nothing to do with the others. */
const witnesses: Record<ApiName, string> = {
  "agent-segments": "agents: agentSegments(lastMinutes: 30) { totalAgentConversationSegments }",
  "skill-segments": "skills: skillSegments(lastMinutes: 30) { totalSkillConversationSegments }",
  "key-metrics": "keys: current { onlineAgents openConversations }",
  "interval-metrics": "rows: intervals(lastMinutes: 30, groupBy: [CONVERSATION]) { nodes { from handleTime } }",
};

const path = (alias: string, { path: [, ...below] }: AskingCase) => ["contactCenter", alias, ...below];
const asked = (line: StillLine, alias: string, { selection, below }: AskingCase) => `${alias}: ${selection(knownOf(line), below)}`;
const errorsOf = ({ errors }: Answer<Data>) => errors.map(({ path, extensions }) => ({ path, extensions }));

test("every field that can ask has a case", () => {
  const asking = Object.entries(fields).filter(([, field]) => "asks" in field);
  expect(Object.keys(askingCases).sort()).toEqual(asking.map(([label]) => label).sort());
});

describe("when its API fails", () => {
  test.each(cases)("%s is null with one error at its path, and all else is unchanged", async (_, one) => {
    const line = await stillLine();
    const others = apis.filter((api) => api !== one.api).map((api) => witnesses[api]);
    const query = `{ contactCenter { accountId ${others.join("\n")} ${asked(line, "target", one)} } }`;
    const failing = async (status: number, on = line) => {
      on.simulator.fault({ api: one.api, status });
      const answer = await on.ask(query);
      on.simulator.clearFaults();
      return answer;
    };
    const facts = { api: apiByName[one.api].metricsApi, account: "demo" };
    const target = path("target", one);

    const failed = await failing(500);
    expect(errorsOf(failed)).toEqual([
      { path: target, extensions: { code: "UPSTREAM_UNAVAILABLE", retryable: true, status: 500, ...facts } },
    ]);
    const healthy = await line.ask(query);
    expect(healthy.errors).toEqual([]);
    expect(valueAt(healthy.data, target)).not.toBeNull();

    // A failure is forgotten at once, what the platform rejects after ten minutes.
    const other = await stillLine();
    const rejected = await failing(400, other);
    const again = await other.ask(query);
    for (const answer of [rejected, again]) {
      expect(errorsOf(answer)).toEqual([
        { path: target, extensions: { code: "UPSTREAM_REJECTED", retryable: false, status: 400, ...facts } },
      ]);
    }
    for (const answer of [rejected, again, failed]) expect(answer.data).toEqual(withNullAt(healthy.data, target));
    other.clock.now += 10 * minuteMs + 1;
    expect((await other.ask(query)).errors).toEqual([]);
  });
});

describe("in one query for everything", () => {
  const aliases = new Map(cases.map(([name, one]) => [name.replace(".", "_"), one]));
  const everything = (line: StillLine) => `{ contactCenter { ${[...aliases].map(([alias, one]) => asked(line, alias, one)).join("\n")} } }`;

  /** 403 of interval metrics is the feature that is off: the directory knows nothing then, which is no error. */
  const isSilent = (status: number, { directory }: AskingCase) => status === 403 && directory === true;
  const codes: Record<number, string> = { 400: "UPSTREAM_REJECTED", 403: "UPSTREAM_UNAUTHORIZED" };

  let healthy: Data;
  beforeAll(async () => {
    const line = await startStill();
    const { data, errors } = await line.ask(everything(line));
    await line.stop();
    expect(errors).toEqual([]);
    healthy = data;
  });

  test.each(apis.flatMap((api) => [400, 403].map((status) => [api, status] as const)))(
    "%s answering %d nulls its own fields and no other",
    async (api, status) => {
      const line = await stillLine();
      line.simulator.fault({ api, status });
      const answer = await line.ask(everything(line));
      const own = [...aliases].filter(([, one]) => one.api === api);
      const facts = { code: codes[status], retryable: false, api: apiByName[api].metricsApi, account: "demo", status };
      const told = own.filter(([, one]) => !isSilent(status, one)).map(([alias, one]) => ({ path: path(alias, one), extensions: facts }));
      const byPath = (a: { path?: unknown }, b: { path?: unknown }) => String(a.path).localeCompare(String(b.path));
      expect(errorsOf(answer).sort(byPath)).toEqual(told.sort(byPath));

      const expected = own.reduce<Data>((data, [alias, one]) => withNullAt(data, path(alias, one)), healthy);
      expect(answer.data).toEqual(expected);
    },
  );
});
