import { describe, expect, it } from "vitest";
import { isTraced } from "../../src/telemetry/tracer.js";
import { logOf, post, start } from "../server/fake-gateway.js";

const made = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("x-request-id", () => {
  it("is taken when it is well formed, returned and logged", async () => {
    const { lines, log } = logOf();
    const app = await start({ log });
    for (const id of ["abc-123", "a".repeat(128), "01J:trace/7=+@~._"]) {
      const { response } = await post(app, "{ hello }", { "x-request-id": id });
      expect(response.headers.get("x-request-id")).toBe(id);
      expect(lines.filter(({ requestId }) => requestId === id).map(({ msg }) => msg)).toEqual(["GraphQL request answered"]);
    }
  });

  it.each(["", "a b", '{"forged":1}', "a".repeat(129), "ä"])("is made anew in place of %j", async (id) => {
    const app = await start();
    const { response } = await post(app, "{ hello }", { "x-request-id": id });
    expect(response.headers.get("x-request-id")).toMatch(made);
  });

  it("is made for each request that has none, also for one that is answered from kept bytes, refused or unknown", async () => {
    const { lines, log } = logOf();
    const app = await start({ log });
    const answers = [
      await post(app, "{ hello }"),
      await post(app, "{ hello }"),
      await post(app, "{ hello }", { "content-type": "text/plain" }),
    ].map(({ response }) => response);
    answers.push(await fetch(`${app.url}/nowhere`), await fetch(`${app.url}/healthz`));
    const ids = answers.map(({ headers }) => headers.get("x-request-id"));
    for (const id of ids) expect(id).toMatch(made);
    expect(new Set(ids).size).toBe(ids.length);
    expect(lines.flatMap(({ requestId }) => requestId ?? [])).toEqual(ids.slice(0, 3));
    expect(lines.some((line) => "traceId" in line)).toBe(false);
    expect(isTraced()).toBe(false);
  });
});
