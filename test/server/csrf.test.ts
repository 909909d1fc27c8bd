import { createHash } from "node:crypto";
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

const key = "a-key-of-the-wallboard";
const withKeys = {
  kind: "api-key" as const,
  keys: [
    {
      name: "wallboard",
      sha256: createHash("sha256").update(key).digest("hex"),
      accounts: "*" as const,
      explain: false,
      conversations: false,
    },
  ],
};

it.each([
  ["x-api-key", { "x-api-key": key }, { auth: withKeys }],
  ["Authorization: Bearer", { authorization: "Bearer of-the-caller" }, {}],
  ["apollo-require-preflight", { "apollo-require-preflight": "true" }, {}],
  ["a content type that no form has", { "content-type": "application/json" }, {}],
])("executes a GET with %s, which no page elsewhere can have a browser send without a preflight", async (_, headers, config) => {
  const app = await start({ config });
  for (const time of ["executed", "kept"]) {
    const response = await fetch(`${app.url}/graphql?query={hello}`, { headers });
    expect(response.status, time).toBe(200);
    expect(await response.json(), time).toEqual({ data: { hello: "world" } });
  }
});

it.each([
  ["Authorization: Basic, which a browser adds by itself", { authorization: "Basic dXNlcjpwYXNzd29yZA==" }],
  ["an empty bearer", { authorization: "Bearer " }],
  ["a form's content type", { "content-type": "text/plain; x=application/json" }],
])("refuses a GET with %s, also where the answer is kept, and says what to send", async (_, headers) => {
  const app = await start();
  const search = "?query={hello}";
  expect((await fetch(`${app.url}/graphql${search}`, { headers: { "apollo-require-preflight": "1" } })).status).toBe(200);
  const response = await fetch(`${app.url}/graphql${search}`, { headers });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    errors: [{ message: expect.stringMatching(/x-api-key.*Bearer.*apollo-require-preflight/), extensions: { code: "BAD_REQUEST" } }],
  });
});
