import { describe, expect, test } from "vitest";
import type { KeyMetricsReply, Question } from "../../../src/upstream/question.js";
import { contactCenter, refusal } from "../executed.js";
import { byHand, replyTo } from "../platform-by-hand.js";

type Listed = Record<string, { nodes: { id: string }[]; totalCount: number | null; pageInfo: { endCursor: string; hasNextPage: boolean } }>;

const ids = async (fields: string, context = byHand()): Promise<(string | number | null)[]> => {
  const [list] = Object.values((await contactCenter(context, `${fields} { nodes { id } totalCount }`)) as Listed);
  return [...list!.nodes.map(({ id }) => id), list!.totalCount];
};

describe("a list is ordered", () => {
  test.each([
    ["agents(ids: [13, 999, 12, 13])", ["13", "999", "12", 3]],
    ["agents", ["12", "13", "100", 3]],
    ["agents(orderBy: { metric: TOTAL_AGENT_CONVERSATION_SEGMENTS })", ["100", "13", "12", 3]],
    ["agents(orderBy: { metric: TOTAL_AGENT_CONVERSATION_SEGMENTS, direction: ASC }, first: 2)", ["12", "13", 3]],
    ["agents(orderBy: { metric: INTERACTIVE_AGENT_SEGMENTS })", ["12", "13", "100", 3]],
    ["agents(ids: [999, 12, 13], orderBy: { metric: TOTAL_AGENT_CONVERSATION_SEGMENTS })", ["13", "12", "999", 3]],
    ["skills", ["1", "2", "10", 3]],
    ["skills(ids: [10, 1], first: 1)", ["10", 2]],
    ["skills(orderBy: { metric: AVG_WAIT_TIME })", ["1", "10", "2", 3]],
    ["skills(orderBy: { metric: AVG_WAIT_TIME, direction: ASC })", ["10", "1", "2", 3]],
    ["skills(ids: [2, 999, 10], orderBy: { metric: AVG_WAIT_TIME })", ["10", "2", "999", 3]],
    ["agentGroups", ["-1", "5", 2]],
    ["agentGroups(orderBy: { metric: ONLINE_AGENTS })", ["5", "-1", 2]],
    ["conversations", ["c-1", "c-2", 2]],
  ])("%s", async (fields, expected) => {
    expect(await ids(fields)).toEqual(expected);
  });
});

describe("a list of more keys than one page", () => {
  const falling: KeyMetricsReply["order"] = { metric: "avgWaitTime", direction: "desc" };

  /** 120 keys; the platform's order is by falling key, with ties in an order of its own. */
  const long = (question: Question) => {
    if (question.api !== "key-metrics" || typeof question.keys !== "object" || !("metric" in question.keys)) return replyTo(question);
    const rows = Array.from({ length: Math.min(120, question.keys.first) }, (_, index) => ({
      id: String(120 - index),
      name: null,
      byTime: { avgWaitTime: 5 },
      current: {},
    }));
    return { ...(replyTo(question) as KeyMetricsReply), rows, count: 120, order: falling };
  };
  const page = (after = "") =>
    `skills(orderBy: { metric: AVG_WAIT_TIME }, first: 40${after}) { nodes { id } totalCount pageInfo { endCursor hasNextPage } }`;

  test("keeps the platform's own order, asks for as many keys as reach the end of the page, and pages through them", async () => {
    const context = byHand({ reply: long });
    const read: string[] = [];
    let after = "";
    for (let more = true; more; ) {
      const { skills } = (await contactCenter(context, page(after))) as Listed;
      read.push(...skills!.nodes.map(({ id }) => id));
      expect(skills!.totalCount).toBe(120);
      more = skills!.pageInfo.hasNextPage;
      after = `, after: "${skills!.pageInfo.endCursor}"`;
    }
    expect(read).toEqual(Array.from({ length: 120 }, (_, index) => String(120 - index)));
    expect(context.asked.map((question) => "keys" in question && question.keys)).toEqual(
      [50, 100, 150].map((first) => ({ metric: "avgWaitTime", direction: "desc", first })),
    );
  });

  /** All of 60 keys as a call in `order` read them, by rising key; `waitOf` tells the figure of each. */
  const wholeIn = (order: KeyMetricsReply["order"], waitOf: (index: number) => number | null) => (question: Question) => {
    const rows = Array.from({ length: 60 }, (_, index) => ({
      id: String(index),
      name: null,
      byTime: { avgWaitTime: waitOf(index) },
      current: {},
    }));
    return { ...(replyTo(question) as KeyMetricsReply), rows, count: 60, order };
  };
  const otherOrders: [name: string, order: KeyMetricsReply["order"]][] = [
    ["by key", null],
    ["by another metric", { metric: "csat", direction: "desc" }],
    ["in the other direction", { metric: "avgWaitTime", direction: "asc" }],
  ];

  test.each(otherOrders)("is ordered here when another question has read it whole %s", async (_, order) => {
    const reply = wholeIn(order, (index) => (index % 3 === 0 ? null : index % 7));
    const read = await ids("skills(orderBy: { metric: AVG_WAIT_TIME }, first: 5)", byHand({ reply }));
    expect(read).toEqual(["13", "20", "34", "41", "55", 60]);
  });

  test.each(otherOrders)("begins with the only key that has the figure when it was read whole %s", async (_, order) => {
    const reply = wholeIn(order, (index) => (index === 37 ? 5 : null));
    expect(await ids("skills(orderBy: { metric: AVG_WAIT_TIME }, first: 3)", byHand({ reply }))).toEqual(["37", "0", "1", 60]);
  });

  test("keeps the platform's own ties when a call in its order has read it whole", async () => {
    const reply = (question: Question) => {
      const whole = wholeIn(falling, () => 5)(question);
      return { ...whole, rows: [...whole.rows].reverse() };
    };
    expect(await ids("skills(orderBy: { metric: AVG_WAIT_TIME }, first: 3)", byHand({ reply }))).toEqual(["59", "58", "57", 60]);
  });

  test("refuses a cursor when other keys have come before it since", async () => {
    const { skills } = (await contactCenter(byHand({ reply: long }), page())) as Listed;
    const changed = (question: Question) => {
      const reply = long(question) as KeyMetricsReply;
      return { ...reply, rows: [{ ...reply.rows[0]!, id: "999" }, ...reply.rows] };
    };
    const { code, message } = await refusal(byHand({ reply: changed }), page(`, after: "${skills!.pageInfo.endCursor}"`));
    expect(code).toBe("BAD_USER_INPUT");
    expect(message).toContain("after");
  });
});

test("a cursor of one list is refused by another, before any call", async () => {
  const { skills } = (await contactCenter(byHand(), "skills(first: 1) { pageInfo { endCursor } }")) as Listed;
  const context = byHand();
  for (const list of ["agentGroups", "agents"]) {
    expect(await refusal(context, `${list}(after: "${skills!.pageInfo.endCursor}") { nodes { id } }`)).toMatchObject({
      code: "BAD_USER_INPUT",
    });
  }
  expect(
    await refusal(context, `skills(orderBy: { metric: AVG_WAIT_TIME }, after: "${skills!.pageInfo.endCursor}") { nodes { id } }`),
  ).toMatchObject({ code: "BAD_USER_INPUT" });
  expect(context.asked).toEqual([]);
});

describe("a conversation's handling", () => {
  const handling = "handling { window { from } handleTime workTime agents { id } skills { id } }";

  test("sums its rows, and names who handled it", async () => {
    expect(await contactCenter(byHand(), `conversation(id: "c-1") { ${handling} }`)).toEqual({
      conversation: {
        handling: {
          window: { from: "2026-11-21T11:00:00.000Z" },
          handleTime: 4000,
          workTime: 8000,
          agents: [{ id: "12" }, { id: "100" }],
          skills: [{ id: "1" }],
        },
      },
    });
  });

  test("in a list is answered from the list's own rows, filters and all, over the list's window", async () => {
    const context = byHand();
    expect(await contactCenter(context, `conversations(lastMinutes: 30, agentId: 12) { nodes { id ${handling} } }`)).toEqual({
      conversations: {
        nodes: [
          {
            id: "c-1",
            handling: {
              window: { from: "2026-11-21T11:30:00.000Z" },
              handleTime: 2000,
              workTime: 4000,
              agents: [{ id: "12" }],
              skills: [{ id: "1" }],
            },
          },
        ],
      },
    });
    expect(new Set(context.asked.map((question) => JSON.stringify(question))).size).toBe(1);
  });

  const window = "lastMinutes: 30";
  const own = `handling(${window}) { handleTime agents { id } }`;
  const whole = { handleTime: 4000, agents: [{ id: "12" }, { id: "100" }] };

  test.each(["agentId: 12", "agentGroupId: 5"])(
    "over a window of its own is the conversation's, in a list of the same window filtered by %s as alone",
    async (filter) => {
      const alone = await contactCenter(byHand(), `conversation(id: "c-1") { ${own} }`);
      expect(alone).toEqual({ conversation: { handling: whole } });
      const listed = await contactCenter(byHand(), `conversations(${window}, ${filter}) { nodes { id ${own} } }`);
      expect((listed.conversations as { nodes: object[] }).nodes).toContainEqual({ id: "c-1", handling: whole });
    },
  );

  test("over a window of its own is answered from the rows of a list of the same window without filters", async () => {
    const context = byHand();
    const { conversations } = await contactCenter(context, `conversations(${window}) { nodes { id ${own} } }`);
    expect((conversations as { nodes: object[] }).nodes).toContainEqual({ id: "c-1", handling: whole });
    expect(new Set(context.asked.map((question) => JSON.stringify(question))).size).toBe(1);
  });

  test("by a model of its own keeps the list's window and filters, in other rows than the list's", async () => {
    const context = byHand();
    const fields = "handling(handleTimeModel: EHT) { window { from } agents { id } }";
    expect(await contactCenter(context, `conversations(${window}, agentId: 12) { nodes { ${fields} } }`)).toEqual({
      conversations: { nodes: [{ handling: { window: { from: "2026-11-21T11:30:00.000Z" }, agents: [{ id: "12" }] } }] },
    });
    expect(context.asked).toEqual([
      expect.objectContaining({ handleTimeModel: "IFT", filters: { AGENT: "12" } }),
      expect.objectContaining({ handleTimeModel: "EHT", filters: { AGENT: "12", CONVERSATION: "c-1" } }),
    ]);
  });

  test("in a list with a window or a model of its own is asked for the conversation", async () => {
    const context = byHand();
    await contactCenter(context, "conversations(lastMinutes: 30) { nodes { id handling(lastMinutes: 60) { handleTime } } }");
    await contactCenter(context, "conversations(handleTimeModel: EHT) { nodes { handling { handleTime } } }");
    expect(context.asked.map((question) => "filters" in question && question.filters)).toEqual([
      {},
      { CONVERSATION: "c-1" },
      { CONVERSATION: "c-2" },
      {},
      { CONVERSATION: "c-1" },
      { CONVERSATION: "c-2" },
    ]);
  });
});
