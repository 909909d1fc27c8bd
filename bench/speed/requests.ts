import { createHmac } from "node:crypto";

/** What one request says besides what every request says. */
export interface Ask {
  body: string;
  headers?: Record<string, string>;
}

/** Where the requests of a run come from. */
export type Source =
  /** These, one after another, and again. */
  | { kind: "rotation"; asks: readonly Ask[] }
  /** This one; each `%n%` in it is a number that no other request has. */
  | { kind: "numbered"; ask: Ask }
  /** This one with a JWT of its own each time: valid, signed with HS256, never seen before. */
  | { kind: "tokens"; ask: Ask; secret: string; claims: Record<string, unknown> };

/** A function that gives the next request each time. `salt` makes numbers and tokens differ from those of every other run. */
export function requestsOf(source: Source, { path, salt }: { path: string; salt: string }): () => Buffer | string {
  let count = 0;
  if (source.kind === "rotation") {
    const requests = source.asks.map((ask) => Buffer.from(written(ask, path)));
    return () => requests[count++ % requests.length]!;
  }
  if (source.kind === "numbered") {
    const parts = written(padded(source.ask), path).split("%n%");
    return () => parts.join(numberOf(salt, count++));
  }
  const { ask, secret, claims } = source;
  return () => {
    const token = signed({ ...claims, jti: numberOf(salt, count++) }, secret);
    return written({ ...ask, headers: { ...ask.headers, authorization: `Bearer ${token}` } }, path);
  };
}

/** Always as long, so that the length of the body does not change. */
const numberOf = (salt: string, count: number): string => `${salt}${String(count).padStart(9, "0")}`.slice(-numberLength);
const numberLength = 20;

/** Where a number is longer than its place, the body's length must say so: the placeholder is written as long as the number. */
const padded = ({ body, headers }: Ask): Ask & { length: number } => ({
  body,
  ...(headers && { headers }),
  length: Buffer.byteLength(body.replaceAll("%n%", "x".repeat(numberLength))),
});

function written(ask: Ask & { length?: number }, path: string): string {
  const { body, headers = {}, length = Buffer.byteLength(body) } = ask;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: application/json\r\n${lines.join("")}content-length: ${length}\r\n\r\n${body}`;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const head = encoded({ alg: "HS256", typ: "JWT" });

/** A JWT of these claims, good for an hour. */
export function signed(claims: Record<string, unknown>, secret: string): string {
  const unsigned = `${head}.${encoded({ ...claims, exp: Math.floor(Date.now() / 1_000) + 3_600 })}`;
  return `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
}
