import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, expect, it, test } from "vitest";
import { GatewayError } from "../../src/errors.js";
import { createLog, warnOf } from "../../src/server/log.js";

/** What a log wrote of this failure. */
function written(error: unknown): Record<string, unknown> {
  const lines: string[] = [];
  warnOf(createLog("info", { write: (line: string) => void lines.push(line) }), "A refresh failed", error);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

test("a failure with a code is one line with its facts and no stack; a bug comes with all there is", () => {
  const failure = new GatewayError("UPSTREAM_UNAVAILABLE", "The platform answered 503.", { api: "KEY_METRICS", account: "a", status: 503 });
  expect(written(failure)).toMatchObject({
    level: 40,
    msg: "A refresh failed: The platform answered 503.",
    error: { code: "UPSTREAM_UNAVAILABLE", retryable: true, api: "KEY_METRICS", account: "a", status: 503 },
  });
  expect(JSON.stringify(written(failure))).not.toMatch("stack");
  expect(written(new TypeError("It is undefined."))).toMatchObject({
    msg: "A refresh failed",
    err: { type: "TypeError", message: "It is undefined.", stack: expect.stringContaining("log.test") },
  });
});

test("an error is written by what every error has, and nothing that a library put beside it", () => {
  const cause = Object.assign(new Error("The connection was reset."), { code: "ECONNRESET", headers: { authorization: "Bearer s3cret" } });
  const failure = Object.assign(new Error("It failed.", { cause }), { request: { options: { token: "s3cret" } }, token: "s3cret" });
  const { err } = written(failure);
  expect(err).toEqual({
    type: "Error",
    message: "It failed.",
    stack: expect.any(String),
    cause: { type: "Error", message: "The connection was reset.", code: "ECONNRESET", stack: expect.any(String) },
  });
  expect(written(new AggregateError([cause], "All failed."))).toMatchObject({ err: { errors: [{ code: "ECONNRESET" }] } });
  const circle = new Error("It leads back.");
  circle.cause = circle;
  expect(JSON.stringify(written(circle))).toMatch("It leads back.");
});

test("secrets are hidden where a line names them", () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line: string) => void lines.push(line) });
  for (const place of ["authorization", "token", "x-api-key", "x-router-secret"]) {
    log.info({ [place]: "s3cret" }, "A line");
    log.info({ headers: { [place]: "s3cret", accept: "text/html" } }, "A line");
  }
  expect(lines.join("")).not.toMatch("s3cret");
  expect(lines.join("")).toMatch('"accept":"text/html"');
});

describe("the log on standard output", { timeout: 30_000 }, () => {
  /** Runs the statements with a log in a process of its own. */
  const logging = (statements: string) => {
    const program = `import { createLog } from "./src/server/log.ts"; const log = createLog("info"); ${statements}`;
    const node = ["--import", "@oxc-node/core/register", "--input-type=module", "--eval", program];
    return spawn(process.execPath, node, { stdio: ["ignore", "pipe", "pipe"] });
  };
  const messagesOf = (text: string): string[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  const all = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

  it.each([
    ["the program ends by itself", ""],
    ["it is told to exit", "process.exit(0);"],
    ["an exception ends it", 'process.on("uncaughtException", () => process.exit(1)); throw new Error("for this test");'],
  ])("has every line once and in order when %s", async (_, ending) => {
    const child = logging(`for (let at = 0; at < 2000; at++) log.info("line " + at); ${ending}`);
    expect(messagesOf(await text(child.stdout))).toEqual(all(2_000));
  });

  it.each([
    ["within a moment", 1, 'log.info("line 0");'],
    ["after a warning", 3, 'log.info("line 0"); log.warn("line 1"); setTimeout(() => log.info("line 2"), 50);'],
    ["and two warnings one after the other", 2, 'log.warn("line 0"); log.warn("line 1");'],
  ])("is written while the program goes on, %s", async (_, count, statements) => {
    const child = logging(`${statements} setInterval(() => {}, 1_000);`);
    let read = "";
    for await (const chunk of child.stdout) {
      read += String(chunk);
      if (messagesOf(read).length === count) break;
    }
    child.kill("SIGKILL");
    expect(messagesOf(read)).toEqual(all(count));
  });
});
