import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorSentence } from "../../../src/upstream/transport/failures.js";

describe("what an error body says", () => {
  test.each([
    [
      "causes and message",
      '{"causes":["interval must divide timeframe","bad skill"],"message":"Bad Request"}',
      "Bad Request; interval must divide timeframe; bad skill.",
    ],
    ["reason and message that are the same", '{"reason":"Unknown sort","message":"Unknown sort"}', "Unknown sort."],
    ["a uuid as internalCode", '{"internalCode":"9b2f1e04-7c35-4c5e-9c39-5a1b6f0c2d11","message":"Bad user"}', "Bad user."],
    ["a number as internalCode", '{"internalCode":17,"message":"Wrong timeframe."}', "Wrong timeframe."],
    ["an error object", '{"error":{"time":1556798050118,"message":"Not allowed","internalCode":17}}', "Not allowed."],
    ["a code alone", '{"code":"0005"}', "code 0005."],
    ["a code as a number", '{"code":404}', "code 404."],
    ["plain text of OAuth", "oauth_problem=token_rejected", "oauth_problem=token_rejected."],
    ["a JSON text", '"Bad request"', "Bad request."],
    ["causes as objects", '{"causes":[{"message":"first"},{"message":"second"}]}', "first; second."],
  ])("%s", (_, body, expected) => {
    expect(errorSentence(body)).toBe(expected);
  });

  test.each([
    ["HTML", "<html><body><h1>Bad Gateway</h1></body></html>"],
    ["a doctype", "\n <!DOCTYPE html><p>x"],
    ["nothing", ""],
    ["space", " \n\t"],
    ["an empty object", "{}"],
    ["a null message", '{"message":null}'],
    ["broken JSON", '{"message":"cut of'],
    ["a message of nothing but an address", '{"message":"https://a.example/b?c=d"}'],
    ["JSON nested thousands deep", `${"[".repeat(40_000)}${"]".repeat(40_000)}`],
  ])("%s says nothing", (_, body) => {
    expect(errorSentence(body)).toBeNull();
  });

  test("many lines become one, and at most 200 characters of it", () => {
    expect(errorSentence("first\r\n\tsecond\u0007 third")).toBe("first second third.");
    const long = errorSentence(JSON.stringify({ message: "many words ".repeat(500) }));
    expect(long).toHaveLength(200);
    expect(long).toMatch(/…$/);
  });

  test("a metric's long name is kept: it says what to correct", () => {
    const name = "avgTimetoFirstAgentMessageFromAgentAssignment_AfterTransfer";
    expect(errorSentence(JSON.stringify({ message: `Unknown metric ${name}` }))).toBe(`Unknown metric ${name}.`);
  });
});

describe("what must not leave the gateway", () => {
  const secrets = [
    "https://va.data.example.net/operations/api/account/1?x=2",
    "va.data.example.net:443/path",
    "10.20.30.40:8080",
    "localhost:8082/manager_workspace",
    "/operations/api/account/le1/msgagentsegments?timeframe=60",
    "Bearer abc.def.ghi",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl",
    "access_token=s3cr3t",
    'client_secret":"hush"',
    "X-LP-Request-Id: 77aa",
    "requestId=77aa",
    "9b2f1e04-7c35-4c5e-9c39-5a1b6f0c2d11",
    "com.vendor.internal.Handler",
    "at com.vendor.Handler.handle(Handler.java:42)",
    "<b>bold</b>",
  ];
  const leaks = /https?:|:\/\/|example\.net|10\.20|localhost|operations|eyJ|s3cr3t|hush|77aa|9b2f1e04|vendor|Handler|abc\.def|[<>\n]/i;

  test.each(secrets)("%s is left out, the words around it stay", (secret) => {
    const said = errorSentence(JSON.stringify({ message: `Before ${secret} after` }));
    expect(said).toMatch(/^Before\b.*\bafter\.$/);
    expect(said).not.toMatch(leaks);
  });

  test("in no mixture of them, nor in any text, is there an address, and nothing throws", () => {
    const part = fc.oneof(
      fc.constantFrom(...secrets),
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.webUrl({ withQueryParameters: true }),
    );
    const separator = fc.constantFrom(" ", "\n", ", ", " (", "'", '"', "=", "|");
    const text = fc.tuple(fc.array(part, { maxLength: 6 }), separator).map(([parts, between]) => parts.join(between));
    const body = fc.oneof(
      text,
      text.map((message) => JSON.stringify({ message })),
      text.map((cause) => JSON.stringify({ causes: [cause], error: { message: cause } })),
      fc.json(),
    );
    fc.assert(
      fc.property(body, (given) => {
        const said = errorSentence(given);
        if (said === null) return;
        expect(said).not.toMatch(/:\/\/|https?:\/|www\.\S|[\n\r<>]/i);
        expect(said.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 1000 },
    );
  });
});
