import { describe, expect, it } from "vitest";
import type { App } from "../../src/server/app.js";
import { start } from "./fake-gateway.js";

const allowed = "https://app.example";
const origins = [allowed, "https://*.example.com"];
const asked = "authorization,content-type,x-api-key,apollographql-client-name,traceparent";

const preflight = (app: App, headers: Record<string, string>) => fetch(`${app.url}/graphql`, { method: "OPTIONS", headers });
const asksFor = (origin: string) => ({ origin, "access-control-request-method": "POST", "access-control-request-headers": asked });
const query = (app: App, headers: Record<string, string> = {}, body = JSON.stringify({ query: "{ hello }" })) =>
  fetch(`${app.url}/graphql`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
const corsOf = ({ headers }: Response) => [...headers].filter(([name]) => name.startsWith("access-control-"));

describe.each([allowed, "https://wall.example.com"])("A page of %s, which CORS_ORIGINS names,", (origin) => {
  it("gets its preflight answered with the headers that it asks for, before anybody asks for credentials", async () => {
    const app = await start({ config: { corsOrigins: origins, auth: { kind: "api-key", keys: [] } } });
    const response = await preflight(app, asksFor(origin));
    expect(response.status).toBe(204);
    expect(Object.fromEntries(corsOf(response))).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": asked,
      "access-control-max-age": "7200",
    });
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    expect(response.headers.get("vary")).toMatch(/Origin.*Access-Control-Request-Headers/i);
  });

  it("may read answers with our headers, and refusals too", async () => {
    const app = await start({ config: { corsOrigins: origins, maxBodyBytes: 1024 } });
    const responses = [
      await query(app, { origin }),
      await query(app, { origin }, "x".repeat(2000)),
      await fetch(`${app.url}/graphql?query={hello}`, { headers: { origin } }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([200, 413, 400]);
    for (const { headers } of responses) {
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-expose-headers")).toMatch(/Retry-After.*x-gateway-simulated.*x-request-id/);
      expect(headers.get("vary")).toMatch(/Origin/);
    }
    const closed = await start({ config: { corsOrigins: origins, auth: { kind: "api-key", keys: [] } } });
    const unknown = await query(closed, { origin });
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get("access-control-allow-origin")).toBe(origin);
  });
});

describe.each(["https://elsewhere.example", "http://app.example", "https://example.com", "https://a.b.example.com", "null", "nonsense"])(
  "A page of %s, which CORS_ORIGINS does not name,",
  (origin) => {
    it("gets no preflight answered and may read nothing", async () => {
      const app = await start({ config: { corsOrigins: origins } });
      const asked = await preflight(app, asksFor(origin));
      expect(asked.ok).toBe(false);
      expect(corsOf(asked).filter(([name]) => !/expose/.test(name))).toEqual([]);
      const answered = await query(app, { origin });
      expect(answered.headers.get("access-control-allow-origin")).toBeNull();
      expect(answered.headers.get("vary")).toMatch(/Origin/);
    });
  },
);

it("keeps an answer without the origin of the page that asked first", async () => {
  const app = await start({ config: { corsOrigins: origins } });
  const [first, second, third] = [
    await query(app, { origin: allowed }),
    await query(app, { origin: "https://b.example.com" }),
    await query(app),
  ];
  const allowedOf = ({ headers }: Response) => headers.get("access-control-allow-origin");
  expect([first, second, third].map(allowedOf)).toEqual([allowed, "https://b.example.com", null]);
});

it("answers no preflight of another path", async () => {
  const app = await start({ config: { corsOrigins: origins } });
  const response = await fetch(`${app.url}/healthz`, { headers: { origin: allowed } });
  expect(corsOf(response)).toEqual([]);
});
