import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc, { type Arbitrary } from "fast-check";

/** One request as its bytes leave the client. */
export interface HostileRequest {
  method: string;
  target: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer;
}

const queries = [
  "{ __typename }",
  "{ contactCenter { accountId current { asOf openConversations } } }",
  "query A($i: [ID!], $n: Int) { contactCenter { agents(ids: $i, first: $n) { nodes { id } } } }",
  "query B($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
  "mutation { a }",
  "subscription { contactCenter { accountId } }",
  "query X { a } query Y { b }",
  "fragment A on Query { ...A } { ...A }",
  "{ a(b: $c) @d { ...e } }",
  "{",
  "",
  "\uFEFF{ __typename }",
  '{ a(b: """',
  `{ ${"a".repeat(50_000)} }`,
  `${"{ contactCenter ".repeat(30)}${"}".repeat(30)}`,
  `{ ${"__typename ".repeat(12_000)} }`,
  `{ a${"[".repeat(9000)} }`,
  `{ contactCenter(accountId: ${"[".repeat(4900)}${"]".repeat(4900)}) { accountId } }`,
  `{ __schema { types { ${Array.from({ length: 900 }, (_, n) => `a${n}: fields { name }`).join(" ")} } } }`,
];

const strange: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, "", "x", [], {}, [null], { a: { b: [] } }, "\ud800", "x".repeat(20_000)),
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const query = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...queries) },
  { weight: 2, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: strange },
);

/** Bodies of which some parts are as they should be. */
const absent = { weight: 4, arbitrary: fc.constant(undefined) };
const envelope = fc.record({
  query,
  variables: fc.oneof(absent, strange, fc.dictionary(fc.constantFrom("i", "n", "r", "__typename", "constructor"), strange)),
  operationName: fc.oneof(absent, absent, absent, fc.constantFrom("A", "X", "", "__proto__"), strange),
  extensions: fc.oneof(
    absent,
    absent,
    strange,
    fc.record({ persistedQuery: fc.oneof(strange, fc.record({ version: fc.constantFrom<unknown>(1, 2, "1"), sha256Hash: strange })) }),
  ),
  documentId: fc.oneof(absent, absent, strange),
});

const json = fc.oneof(
  { weight: 6, arbitrary: envelope.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.array(envelope, { maxLength: 3 }).map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: strange.map((each) => JSON.stringify(each)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"query":"{a}","query":"{__typename}"}',
      '{"query":"{__typename}","__proto__":{"query":"{a}"}}',
      '{"query":"{__typename}","variables":{"a":1e999999,"b":-0,"c":123456789012345678901234567890}}',
      `{"query":"{__typename}","variables":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
      `{"query":"query($r:[_Any!]!){_entities(representations:$r){__typename}}","variables":{"r":[{"__typename":"Agent","accountId":"demo","id":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}}`,
      '{"query":"{ a\\ud800: __typename }"}',
      '\uFEFF{"query":"{__typename}"}',
      '{"query":"{__typename}",}',
      "{'query':'{__typename}'}",
      "NaN",
    ),
  },
);

/** As it is, cut off, with a byte changed, or doubled. */
const damaged = fc
  .tuple(
    json.map((text) => Buffer.from(text)),
    fc.constantFrom("none", "none", "none", "none", "none", "none", "none", "none", "cut", "flip", "twice"),
    fc.nat(),
  )
  .map(([body, damage, at]) => {
    if (body.length === 0 || damage === "none") return body;
    if (damage === "cut") return body.subarray(0, at % body.length);
    if (damage === "twice") return Buffer.concat([body, body]);
    const changed = Buffer.from(body);
    changed[at % body.length] = at % 256;
    return changed;
  });

const bomb = gzipSync(Buffer.alloc(20_000_000, " "));

const encodings: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  br: (body) => brotliCompressSync(body),
  "x-gzip": () => Buffer.from("no gzip"),
  GZIP: (body) => gzipSync(Buffer.concat([body, Buffer.alloc(3_000_000)])).subarray(0, -5),
  "gzip, gzip": (body) => gzipSync(gzipSync(body)),
  zstd: (body) => body,
  identity: (body) => body,
  bomb: () => bomb,
};

const types = [
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=utf-16",
  "application/graphql",
  "application/graphql-response+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "text/json",
  "application/json, text/plain",
  'application/json; charset="',
  "/",
  ";",
  "é/é",
];
const accepts = [
  "application/json",
  "application/graphql-response+json",
  "*/*",
  "text/html",
  "multipart/mixed",
  "image/png",
  "application/json;q=0",
  ",,;q=x",
  "a".repeat(2000),
];
const strangeHeaders: readonly (readonly [string, string])[] = [
  ["apollo-require-preflight", "1"],
  ["x-gateway-explain", "calls"],
  ["x-gateway-explain", "plan"],
  ["x-gateway-explain", "everything"],
  ["authorization", "Bearer \t"],
  ["authorization", `Bearer ${"a".repeat(3000)}`],
  ["x-api-key", "\xff\xfe"],
  ["x-router-secret", ""],
  ["accept-encoding", "br;q=1, gzip;q=x, *;q=0"],
  ["range", "bytes=0-1"],
  ["if-none-match", "*"],
  ["x-forwarded-host", "evil.example"],
  ["transfer-encoding", "gzip"],
  ["upgrade", "websocket"],
  ["expect", "100-continue"],
  ["content-length", "5"],
  ["cookie", "a=b; c"],
  ["x-http-method-override", "DELETE"],
];

const targets = fc.oneof(
  { weight: 6, arbitrary: fc.constant("/graphql") },
  {
    weight: 3,
    arbitrary: fc
      .tuple(query, strange)
      .map(([text, variables]) => `/graphql?query=${encoded(text)}&variables=${encoded(JSON.stringify(variables))}`.slice(0, 12_000)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "/graphql?query=%E0%A4%A",
      "/graphql?query={a}&query={b}",
      "/graphql?extensions={",
      "/graphql/",
      "//graphql",
      "/%00",
      "/graphiql/../../package.json",
      "/graphiql/%2e%2e/%2e%2e/package.json",
      "/..%2f..%2fetc/passwd",
      "/readyz",
      "/healthz",
      "/metrics",
      "*",
      "/graphql#a",
      "http://evil.example/graphql",
    ),
  },
);
const encoded = (value: unknown) => encodeURIComponent(Buffer.from(String(value).slice(0, 3000)).toString());

/** Requests of which nothing is sure but that they are HTTP/1.1 as far as their first line. */
export const hostileRequest: Arbitrary<HostileRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant("POST") },
      { weight: 4, arbitrary: fc.constant("GET") },
      fc.constantFrom("PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"),
    ),
    target: targets,
    type: fc.oneof(
      { weight: 5, arbitrary: fc.constant("application/json") },
      { weight: 2, arbitrary: fc.constantFrom(...types, undefined) },
    ),
    accept: fc.option(fc.constantFrom(...accepts), { nil: undefined, freq: 2 }),
    encoding: fc.option(fc.constantFrom(...Object.keys(encodings)), { nil: undefined, freq: 5 }),
    strange: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fc.constantFrom(...strangeHeaders), { maxLength: 2 })),
    body: damaged,
  })
  .map(({ method, target, type, accept, encoding, strange: more, body }) => {
    const sent = encoding === undefined ? body : encodings[encoding]!(body);
    const headers = [
      ["content-type", type],
      ["accept", accept],
      ["content-encoding", encoding === "bomb" ? "gzip" : encoding],
      ...more,
    ].filter((header): header is [string, string] => header[1] !== undefined);
    return { method, target, headers, body: sent };
  });
