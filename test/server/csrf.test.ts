import { expect, it } from "vitest";
import { fakeGateway, start } from "./fake-gateway.js";

const body = JSON.stringify({ query: "{ hello }" });

/** What a foreign page can have a browser send, cookies and network position included, without asking the gateway first. */
const simple: [string, RequestInit & { search?: string }][] = [
  ["a GET", { search: "?query={hello}" }],
  ["a form's POST", { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } }],
  ["a form's POST of plain text", { method: "POST", body, headers: { "content-type": "text/plain" } }],
  ["a form's POST of plain text with parameters", { method: "POST", body, headers: { "content-type": "Text/Plain; x=application/json" } }],
  ["a form's POST in parts", { method: "POST", body, headers: { "content-type": "multipart/form-data; boundary=x" } }],
  ["a POST of bytes without a type", { method: "POST", body: new TextEncoder().encode(body) }],
];

it.each(simple)("%s that a browser sends without a preflight executes nothing", async (_, { search = "", ...init }) => {
  const { gateway, prepared } = fakeGateway();
  const app = await start({ gateway });
  const response = await fetch(`${app.url}/graphql${search}`, init);
  expect(response.status).toBeOneOf([400, 415]);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
  expect(prepared).toEqual([]);
});

it("answers no preflight, so that a foreign page can neither send more nor read an answer", async () => {
  const app = await start();
  const asked = await fetch(`${app.url}/graphql`, {
    method: "OPTIONS",
    headers: {
      origin: "https://elsewhere.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
  expect(asked.ok).toBe(false);
  const answered = await fetch(`${app.url}/graphql`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", origin: "https://elsewhere.example" },
  });
  for (const { headers } of [asked, answered]) expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});
