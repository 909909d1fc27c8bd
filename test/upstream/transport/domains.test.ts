import { describe, expect, test } from "vitest";
import type { HttpResponse } from "../../../src/upstream/call.js";
import { domainsOf, type Services } from "../../../src/upstream/transport/domains.js";
import { BrokenConnection, OutOfTime, UnreadableBody } from "../../../src/upstream/transport/failures.js";
import { failed } from "../platform-by-hand.js";

const found = (baseURI: unknown): HttpResponse => answered(200, JSON.stringify({ service: "x", account: "le1", baseURI }));
const answered = (status: number, text = ""): HttpResponse => ({
  status,
  text,
  retryAfter: status === 429 ? "3" : null,
  bytes: text.length,
});

function domains(answer: () => HttpResponse | Error, services: Services = { csds: "https://csds.test" }) {
  const clock = { at: 0 };
  const urls: string[] = [];
  const looked = domainsOf(
    { id: "le1", services },
    async ({ method, url, headers }) => {
      expect([method, headers]).toEqual(["GET", undefined]);
      urls.push(url);
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    },
    { now: () => Date.parse("2026-01-01T00:00:00Z"), monotonic: () => clock.at },
  );
  return { looked, urls, clock };
}

/** The look-up behind what was served has ended. */
const ended = () => new Promise(setImmediate);

describe("a service's domain", () => {
  test.each([
    ["operations", "leDataReporting"],
    ["keyMetrics", "agentManagerWorkspace"],
    ["intervalMetrics", "agentActivityDomain"],
    ["sentinel", "sentinel"],
  ] as const)("of %s is looked up as %s, without credentials", async (service, name) => {
    const { looked, urls } = domains(() => found("host.test"));
    expect(await looked.get(service)).toBe("https://host.test");
    expect(urls).toEqual([`https://csds.test/api/account/le1/service/${name}/baseURI.json?version=1.0`]);
  });

  test.each([
    ["va.host.test", "https://va.host.test"],
    ["  va.host.test/ \n", "https://va.host.test"],
    ["HTTPS://VA.Host.test:443", "https://va.host.test"],
    ["203.0.113.7", "https://203.0.113.7"],
    ["https://va.host.test/behind/proxy//", "https://va.host.test/behind/proxy"],
    ["va.host.test:8443/path", "https://va.host.test:8443/path"],
  ])("given as %j is %s", async (baseUri, expected) => {
    expect(await domains(() => found(baseUri)).looked.get("operations")).toBe(expected);
  });

  test("named in the settings is not looked up", async () => {
    const { looked, urls } = domains(() => found("other.test"), { csds: "https://csds.test", keyMetrics: "http://mine.test" });
    expect(await looked.get("keyMetrics")).toBe("http://mine.test");
    expect(urls).toEqual([]);
    expect(await looked.get("operations")).toBe("https://other.test");
  });

  test("is kept for ten minutes, each service's apart, and looked up once for all who ask at once", async () => {
    const { looked, urls, clock } = domains(() => found("host.test"));
    await Promise.all([looked.get("operations"), looked.get("operations"), looked.get("keyMetrics")]);
    expect(urls).toHaveLength(2);
    clock.at += 600_000;
    await looked.get("operations");
    expect(urls).toHaveLength(2);
    clock.at += 1;
    await looked.get("operations");
    expect(urls).toHaveLength(3);
  });

  test("is asked for again a second after a failure", async () => {
    let down = true;
    const { looked, urls, clock } = domains(() => (down ? answered(503) : found("host.test")));
    await expect(looked.get("operations")).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    down = false;
    await expect(looked.get("operations")).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    expect(urls).toHaveLength(1);
    clock.at += 1000;
    expect(await looked.get("operations")).toBe("https://host.test");
  });

  test("that is known serves on for days when no look-up succeeds any more, and changes when one does", async () => {
    let answer: HttpResponse | Error = found("host.test");
    const { looked, urls, clock } = domains(() => answer);
    await looked.get("operations");
    for (const failure of [answered(503), new BrokenConnection(), answered(404), answered(200, "<html>"), found("10.0.0.1")]) {
      answer = failure;
      clock.at += 24 * 60 * 60_000;
      expect(await looked.get("operations")).toBe("https://host.test");
      await ended();
      expect(looked.standing("operations")).toMatchObject({
        known: true,
        failure: { message: expect.stringMatching(/^Domain look-up: /) },
      });
    }
    expect(urls).toHaveLength(6);
    answer = found("new.test");
    clock.at += 60_000;
    await looked.get("operations");
    await ended();
    expect(await looked.get("operations")).toBe("https://new.test");
    expect(looked.standing("operations")).toEqual({ known: true, failure: undefined });
  });

  test("is unknown until the look-up has answered, unless the settings name it", () => {
    const { looked, urls } = domains(() => found("host.test"), { csds: "https://csds.test", keyMetrics: "http://mine.test" });
    expect(looked.standing("operations")).toMatchObject({ known: false, failure: { message: "Domain look-up: it has not answered yet." } });
    expect(looked.standing("keyMetrics")).toEqual({ known: true, failure: undefined });
    expect(urls).toEqual([]);
  });

  test("kept in the background is looked up before anybody needs it, unless the settings name it", async () => {
    const { looked, urls } = domains(() => found("host.test"), { csds: "https://csds.test", keyMetrics: "http://mine.test" });
    for (const service of ["operations", "keyMetrics"] as const)
      await looked.keep(
        service,
        () => 0,
        () => undefined,
      );
    expect(urls).toHaveLength(1);
    expect(looked.standing("operations")).toEqual({ known: true, failure: undefined });
    expect(await looked.get("operations")).toBe("https://host.test");
    expect(urls).toHaveLength(1);
    looked.close();
  });
});

describe("an address that would send a token to the wrong place", () => {
  const inward = ["127.0.0.1", "localhost:8443", "app.localhost", "10.1.2.3/path", "[::1]", "https://192.168.0.1", "0x7f000001"];

  test.each(inward)("%s, is refused from the platform's look-up", async (baseUri) => {
    const error = await failed(domains(() => found(baseUri)).looked.get("operations"));
    expect(error).toMatchObject({ code: "UPSTREAM_INVALID_RESPONSE", extensions: { account: "le1" } });
    expect(error.message).toBe(
      "Domain look-up: it names an address within this machine or a private network for the service operations, which is not called. Name the service's base URL in the settings if it is right.",
    );
  });

  test.each(["http://va.host.test", "http://va.host.test:443"])("%s, is refused from the platform's look-up", async (baseUri) => {
    const error = await failed(domains(() => found(baseUri)).looked.get("operations"));
    expect([error.code, error.message]).toEqual([
      "UPSTREAM_INVALID_RESPONSE",
      expect.stringMatching(/names an address without https for the service operations, which is not called/),
    ]);
  });

  test.each([
    ["http://127.0.0.1:4100", "http://127.0.0.1:4100"],
    ["http://va.host.test", "http://va.host.test"],
    ["https://localhost:8443", "https://localhost:8443"],
    ["va.host.test", "https://va.host.test"],
    ["10.1.2.3", "https://10.1.2.3"],
    ["127.0.0.1:4100", "http://127.0.0.1:4100"],
    ["localhost:8443", "http://localhost:8443"],
    ["[::1]:4100/path", "http://[::1]:4100/path"],
  ])("%s, is taken from a look-up over http as %s", async (baseUri, expected) => {
    const { looked } = domains(() => found(baseUri), { csds: "http://csds.test" });
    expect(await looked.get("operations")).toBe(expected);
  });

  test.each(["http://127.0.0.1:4100", "https://localhost:8443"])("%s, is taken from the settings", async (named) => {
    const { looked } = domains(() => found("host.test"), { csds: "https://csds.test", operations: named });
    expect(await looked.get("operations")).toBe(named);
  });
});

test.each(["0", "Wed, 31 Dec 2025 23:00:00 GMT"])(
  "a 429 of the domain look-up with Retry-After %s is waited out for a second",
  async (retryAfter) => {
    const { looked } = domains(() => ({ ...answered(429), retryAfter }));
    const error = await failed(looked.get("operations"));
    expect(error).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", extensions: { retryAfterMs: 1000 } });
  },
);

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
    ["a baseURI with a user", found("https://api.test@host.test"), "UPSTREAM_INVALID_RESPONSE", {}],
  ])("by %s is told by its code, without address", async (_, answer, code, facts) => {
    const error = await domains(() => answer)
      .looked.get("intervalMetrics")
      .catch((reason) => reason);
    expect(error).toMatchObject({ code, extensions: { code, account: "le1", ...facts } });
    expect(error.message).toMatch(/^Domain look-up: .*\.$/);
    expect(error.message).not.toMatch(/csds|host\.test|:\/\//);
  });
});
