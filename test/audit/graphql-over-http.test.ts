import { type AuditResult, serverAudits } from "graphql-http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Line, startLine } from "../support/line.js";

/** What the suite asks of a browser's simple requests, and CSRF prevention refuses: a GET that says nothing but a URL. */
const refusedUnasked = ["5A70", "6A70", "D6D5"];

describe("the audit suite of GraphQL over HTTP", () => {
  let line: Line;
  beforeAll(async () => {
    line = await startLine();
  });
  afterAll(() => line.stop());

  const audited = (headers: Record<string, string>): Promise<AuditResult[]> => {
    const fetchFn = (url: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { ...headers, ...init.headers } });
    return Promise.all(serverAudits({ url: `${line.url}/graphql`, fetchFn }).map((audit) => audit.fn()));
  };
  const failed = (results: readonly AuditResult[]) =>
    results.flatMap((result) => (result.status === "ok" ? [] : [`${result.id} ${result.name}: ${result.reason}`]));

  it("passes whole, every MUST, SHOULD and MAY, for a client that says it is no browser's form", async () => {
    const results = await audited({ "apollo-require-preflight": "true" });
    const passed = results.filter(({ status }) => status === "ok").length;
    console.info(`GraphQL over HTTP: ${passed} of ${results.length} audits passed`);
    expect(failed(results)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(61);
  });

  it("passes but for the requests that a foreign page could have a browser send, which are refused", async () => {
    const refused = (await audited({})).filter(({ status }) => status !== "ok");
    expect(refused.map(({ id }) => id).sort()).toEqual(refusedUnasked);
    for (const { name } of refused) expect(name).toMatch(/^MAY .*GET/);
  });
});
