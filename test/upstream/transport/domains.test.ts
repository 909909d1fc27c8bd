import { describe, expect, test } from "vitest";
import { Domains, type Services } from "../../../src/upstream/transport/domains.js";
import { BrokenConnection, type HttpResponse, UnreadableBody } from "../../../src/upstream/transport/http-client.js";
import { OutOfTime } from "../../../src/upstream/transport/time-limit.js";

const found = (baseURI: unknown): HttpResponse => answered(200, JSON.stringify({ service: "x", account: "le1", baseURI }));
const answered = (status: number, text = ""): HttpResponse => ({
  status,
  text,
  retryAfter: status === 429 ? "3" : null,
  bytes: text.length,
});

function domains(answer: () => HttpResponse | Error, services: Services = { csds: "https://csds.test" }) {
  const clock = { now: 0 };
  const urls: string[] = [];
  const looked = new Domains(
    { id: "le1", services },
    async ({ method, url, headers }) => {
      expect([method, headers]).toEqual(["GET", undefined]);
      urls.push(url);
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    },
    () => clock.now,
  );
  return { looked, urls, clock };
}

describe("a service's domain", () => {
  test.each([
    ["operations", "leDataReporting"],
    ["keyMetrics", "agentManagerWorkspace"],
    ["intervalMetrics", "agentActivityDomain"],
    ["sentinel", "sentinel"],
  ] as const)("of %s is looked up as %s, without credentials", async (service, name) => {
    const { looked, urls } = domains(() => found("host.test"));
    expect(await looked.baseUrl(service)).toBe("https://host.test");
    expect(urls).toEqual([`https://csds.test/api/account/le1/service/${name}/baseURI.json?version=1.0`]);
  });

  test.each([
    ["va.host.test", "https://va.host.test"],
    ["  va.host.test/ \n", "https://va.host.test"],
    ["http://127.0.0.1:4100", "http://127.0.0.1:4100"],
    ["https://va.host.test/behind/proxy//", "https://va.host.test/behind/proxy"],
    ["va.host.test:8443/path", "https://va.host.test:8443/path"],
  ])("given as %j is %s", async (baseUri, expected) => {
    expect(await domains(() => found(baseUri)).looked.baseUrl("operations")).toBe(expected);
  });

  test("named in the settings is not looked up", async () => {
    const { looked, urls } = domains(() => found("other.test"), { csds: "https://csds.test", keyMetrics: "http://mine.test/" });
    expect(await looked.baseUrl("keyMetrics")).toBe("http://mine.test");
    expect(urls).toEqual([]);
    expect(await looked.baseUrl("operations")).toBe("https://other.test");
  });

  test("is kept for ten minutes, each service's apart, and looked up once for all who ask at once", async () => {
    const { looked, urls, clock } = domains(() => found("host.test"));
    await Promise.all([looked.baseUrl("operations"), looked.baseUrl("operations"), looked.baseUrl("keyMetrics")]);
    expect(urls).toHaveLength(2);
    clock.now = 599_999;
    await looked.baseUrl("operations");
    expect(urls).toHaveLength(2);
    clock.now = 600_000;
    await looked.baseUrl("operations");
    expect(urls).toHaveLength(3);
  });

  test("is asked for again after a failure", async () => {
    let down = true;
    const { looked } = domains(() => (down ? answered(503) : found("host.test")));
    await expect(looked.baseUrl("operations")).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    down = false;
    expect(await looked.baseUrl("operations")).toBe("https://host.test");
  });
});

describe("a domain look-up that fails", () => {
  test.each([
    ["an unknown account or service", answered(404), "UPSTREAM_REJECTED", { status: 404 }],
    ["a server error", answered(500), "UPSTREAM_UNAVAILABLE", { status: 500 }],
    ["a redirect", answered(302), "UPSTREAM_UNAVAILABLE", { status: 302 }],
    ["too many requests", answered(429), "UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 3000 }],
    ["a broken connection", new BrokenConnection(), "UPSTREAM_UNAVAILABLE", {}],
    ["a timeout", new OutOfTime(), "UPSTREAM_UNAVAILABLE", {}],
    ["an unreadable body", new UnreadableBody(), "UPSTREAM_UNAVAILABLE", {}],
    ["text that is not JSON", answered(200, "<html>"), "UPSTREAM_INVALID_RESPONSE", {}],
    ["no baseURI", answered(200, '{"baseURIs":[]}'), "UPSTREAM_INVALID_RESPONSE", {}],
    ["an empty baseURI", found(" "), "UPSTREAM_INVALID_RESPONSE", {}],
    ["a baseURI of another kind", found("ftp://host.test"), "UPSTREAM_INVALID_RESPONSE", {}],
    ["a baseURI with a query", found("host.test/?a=b"), "UPSTREAM_INVALID_RESPONSE", {}],
  ])("by %s is told by its code, without address", async (_, answer, code, facts) => {
    const error = await domains(() => answer)
      .looked.baseUrl("intervalMetrics")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code, extensions: { code, account: "le1", ...facts } });
    expect(error.message).toMatch(/^Domain look-up: .*\.$/);
    expect(error.message).not.toMatch(/csds|host\.test|:\/\//);
  });
});
