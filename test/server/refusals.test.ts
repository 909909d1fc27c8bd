import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { fakeGateway, logOf, post, start } from "./fake-gateway.js";

describe("limits of a query", () => {
  const nested = (levels: number) => `{ ${"self { ".repeat(levels - 1)}hello${" }".repeat(levels - 1)} }`;

  it.each([
    ["depth", nested(6), "MAX_QUERY_DEPTH allows 5 levels of fields, but the operation has 6."],
    [
      "fields",
      `{ ${Array.from({ length: 21 }, (_, index) => `a${index}: hello`).join(" ")} }`,
      "MAX_QUERY_FIELDS allows 20 fields, fragments spread and aliases apart, but the operation has 21.",
    ],
    [
      "fields of fragments, each time they are spread",
      "{ ...A } fragment A on Query { a: self { ...B } b: self { ...B } } fragment B on Query { a: self { ...C } b: self { ...C } } fragment C on Query { a: hello b: hello c: hello d: hello }",
      "MAX_QUERY_FIELDS allows 20 fields, fragments spread and aliases apart, but the operation has 22.",
    ],
    ["tokens", `{ ${"hello ".repeat(99)} }`, "MAX_QUERY_TOKENS allows 100 tokens, but the document has 101."],
  ])("refuses too many %s before anything is asked", async (_, query, message) => {
    const { gateway, prepared } = fakeGateway();
    const { status, body } = await post(await start({ gateway }), query);
    expect(body).toMatchObject({ errors: [{ message, extensions: { code: "QUERY_TOO_LARGE", retryable: false } }] });
    expect(body).not.toHaveProperty("data");
    expect(status).toBe(200);
    expect(prepared).toEqual([]);
  });

  it("lets through what is exactly at a limit", async () => {
    const app = await start();
    for (const query of [
      nested(5),
      `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: hello`).join(" ")} }`,
      `{ hello hello ${"number(of: 1) ".repeat(16)} }`,
    ]) {
      expect((await post(app, query)).body).not.toHaveProperty("errors");
    }
  });

  it("refuses fragments that double a hundred times without spreading them", async () => {
    const app = await start({ config: { maxQueryTokens: 10_000, maxBodyBytes: 100_000, maxQueryDepth: 1000 } });
    const doubling = Array.from(
      { length: 100 },
      (_, index) => `fragment F${index} on Query { a: self { ...F${index + 1} } b: self { ...F${index + 1} } }`,
    );
    const { body } = await post(app, `{ ...F0 } ${doubling.join(" ")} fragment F100 on Query { hello }`);
    expect(body.errors?.[0]?.extensions.code).toBe("QUERY_TOO_LARGE");
    expect(body.errors?.[0]?.message).toMatch(/^MAX_QUERY_FIELDS allows 20 .* has 9007199254740991\.$/);
  });

  it("says what to do about fields that are repeated too often to be compared", async () => {
    const app = await start({ config: { maxQueryTokens: 100_000, maxQueryFields: 100_000, maxBodyBytes: 1_000_000 } });
    const { body } = await post(app, `{ ${"self { hello } ".repeat(5000)} }`);
    expect(body.errors).toEqual([
      {
        message: "The operation repeats too many fields to be validated: select each field once.",
        extensions: { code: "QUERY_TOO_LARGE", retryable: false },
      },
    ]);
  });

  it("refuses a document whose fields would be compared with each other before any rule compares them", async () => {
    const app = await start({ config: { maxQueryTokens: 100_000, maxBodyBytes: 1_000_000 } });
    const alike = "self { self { hello } } ".repeat(5000);
    const { body } = await post(app, `{ ${alike} ${alike} nonsense }`);
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]?.message).toMatch(/^MAX_QUERY_FIELDS allows 20 .* has 30001\.$/);
  });

  it.each([
    [
      "lead back to themselves",
      "{ ...A } fragment A on Query { self { ...B } } fragment B on Query { self { ...A } }",
      "Cannot spread fragment",
    ],
    ["do not exist", "{ ...A self { ...A } }", 'Unknown fragment "A".'],
  ])("leaves fragments that %s to validation", async (_, query, message) => {
    const { body } = await post(await start(), query);
    expect(body.errors?.[0]?.message).toMatch(message);
    expect(body.errors?.[0]?.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  it.each([
    ["selections", "{ self ".repeat(20_000), "}".repeat(20_000)],
    ["lists", `{ number(of: ${"[".repeat(40_000)}`, `${"]".repeat(40_000)}) }`],
    ["objects", `{ number(of: ${"{a:".repeat(20_000)}`, `1${"}".repeat(20_000)}) }`],
  ])("refuses %s nested deeper than the parser can go, naming the limit", async (_, opening, closing) => {
    const app = await start({ config: { maxQueryTokens: 1_000_000, maxBodyBytes: 1_000_000 } });
    const { body, status } = await post(app, opening + closing);
    expect(status).toBe(200);
    expect(body.errors).toEqual([
      {
        message: "MAX_QUERY_DEPTH allows 5 levels of fields, but the document is nested deeper than it can be read.",
        extensions: { code: "QUERY_TOO_LARGE", retryable: false },
      },
    ]);
  });

  it("refuses a compressed body that unfolds beyond the limit, as far as it was read", async () => {
    const app = await start();
    const response = await fetch(`${app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify({ query: "{ hello }", variables: { pad: "x".repeat(1_000_000) } })),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      errors: [{ message: "MAX_BODY_BYTES allows 4096 bytes, but the body has more than 4096.", extensions: { code: "QUERY_TOO_LARGE" } }],
    });
  });

  it("refuses a body over the limit with 413, naming limit and value", async () => {
    const { status, body } = await post(await start(), "{ hello }", {}, { variables: { pad: "x".repeat(5000) } });
    expect(status).toBe(413);
    expect(body.errors?.[0]?.message).toMatch(/^MAX_BODY_BYTES allows 4096 bytes, but the body has 50\d\d\.$/);
    expect(body.errors?.[0]?.extensions).toEqual({ code: "QUERY_TOO_LARGE", retryable: false });
  });

  it("refuses with 4xx in the media type that asks for it", async () => {
    const { status } = await post(await start(), nested(6), { accept: "application/graphql-response+json" });
    expect(status).toBe(400);
  });
});

describe("errors in answers", () => {
  it("passes a gateway error with its facts", async () => {
    const { body } = await post(await start(), "{ hello budget }");
    expect(body.errors).toEqual([
      {
        message: "No turn before the deadline.",
        path: ["budget"],
        locations: [{ line: 1, column: 9 }],
        extensions: { code: "BUDGET_EXHAUSTED", retryable: true, api: "KEY_METRICS", account: "demo", retryAfterMs: 900 },
      },
    ]);
  });

  it("passes a refusal of the whole plan, without data", async () => {
    const prepare = () => {
      throw new GatewayError("PLAN_TOO_LARGE", "51 calls.");
    };
    const { status, body } = await post(await start({ gateway: fakeGateway({ prepare }).gateway }), "{ hello }");
    expect(status).toBe(200);
    expect(body).toEqual({ errors: [{ message: "51 calls.", extensions: { code: "PLAN_TOO_LARGE", retryable: false } }] });
  });

  it("quotes no more of a client's own text than its beginning", async () => {
    const app = await start();
    for (const query of [`{ ${"n".repeat(3000)} }`, `{ number(of: "${"v".repeat(3000)}") }`]) {
      const { body } = await post(app, query);
      expect(body.errors?.[0]?.message).toMatch(/(nnn|vvv).*…$/);
      expect(body.errors?.[0]?.message).toHaveLength(1001);
    }
  });

  it.each(["bug", "foreign"])("masks what a resolver should not have thrown (%s), and logs it", async (field) => {
    const { lines, log } = logOf();
    const { body, response } = await post(await start({ log }), `{ hello ${field} }`);
    expect(body.data).toEqual({ hello: "world", [field]: null });
    expect(body.errors).toMatchObject([{ path: [field], extensions: { code: "INTERNAL_SERVER_ERROR", retryable: false } }]);
    expect(JSON.stringify(body)).not.toMatch(/secret|not ours|stack/);
    expect(response.status).toBe(200);
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
    expect(JSON.stringify(lines)).toMatch(field === "bug" ? "secret internals" : "not ours");
  });

  it("masks a bug before execution, with status 500", async () => {
    const prepare = () => {
      throw new TypeError("undefined is not a plan");
    };
    const { status, body } = await post(await start({ gateway: fakeGateway({ prepare }).gateway }), "{ hello }");
    expect(status).toBe(500);
    expect(body.errors).toMatchObject([{ extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
    expect(JSON.stringify(body)).not.toMatch("not a plan");
  });

  it.each([
    ["{ hello", "GRAPHQL_PARSE_FAILED"],
    ["{ nonsense }", "GRAPHQL_VALIDATION_FAILED"],
    ["query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"],
    ["query A($of: Int!) { number(of: $of) }", "BAD_USER_INPUT"],
    ["mutation { hello }", "GRAPHQL_VALIDATION_FAILED"],
    ["subscription { hello }", "GRAPHQL_VALIDATION_FAILED"],
  ])("leaves Apollo's own code on %s", async (query, code) => {
    const { lines, log } = logOf();
    const { body } = await post(await start({ log }), query);
    expect(body.errors?.[0]?.extensions.code).toBe(code);
    expect(lines.filter(({ level }) => level === 50)).toEqual([]);
  });

  it.each(["{ hello }", "query A { hello }", "query A { hello } query B { hello }"])(
    "refuses an operation that is not in %s, and executes none",
    async (query) => {
      const { lines, log } = logOf();
      const { gateway, prepared } = fakeGateway();
      const { body } = await post(await start({ gateway, log }), query, {}, { operationName: "Nope" });
      expect(body).toMatchObject({
        errors: [{ message: 'The document has no operation "Nope".', extensions: { code: "OPERATION_RESOLUTION_FAILURE" } }],
      });
      expect(body.data).toBeUndefined();
      expect(prepared).toEqual([]);
      expect(lines.filter(({ level }) => level === 50)).toEqual([]);
    },
  );

  it.each([
    ["of another version", { version: 2, sha256Hash: "a" }],
    ["with the hash of another text", { version: 1, sha256Hash: "a" }],
    ["that is no object", true],
  ])("refuses a persisted query %s without calling it a bug", async (_, persistedQuery) => {
    const { lines, log } = logOf();
    const { body, status } = await post(await start({ log }), "{ hello }", {}, { extensions: { persistedQuery } });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ extensions: { code: "BAD_REQUEST" } }]);
    expect(lines.filter(({ level }) => level === 50)).toEqual([]);
  });

  it("gives BAD_USER_INPUT to an argument that a variable makes null against its default", async () => {
    const { body } = await post(await start(), "query A($of: Int = 2) { number(of: $of) }", {}, { variables: { of: null } });
    expect(body).toMatchObject({
      data: { number: null },
      errors: [{ path: ["number"], extensions: { code: "BAD_USER_INPUT", retryable: false } }],
    });
  });

  it.each([
    ["no JSON", "application/json", "{", 400],
    ["a media type it does not read", "application/xml", "<a/>", 415],
  ])("answers %s as GraphQL would, and logs it", async (_, type, body, status) => {
    const { lines, log } = logOf();
    const app = await start({ log });
    const response = await fetch(`${app.url}/graphql`, { method: "POST", headers: { "content-type": type }, body });
    expect(response.status).toBe(status);
    const answer = (await response.json()) as { errors: { message: string }[] };
    expect(answer).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
    if (status === 415) expect(answer.errors[0]!.message).toBe(`The header content-type must be application/json, but is "${type}".`);
    expect(lines.filter(({ msg }) => msg === "Request refused")).toMatchObject([{ level: 30, path: "/graphql" }]);
  });
});
