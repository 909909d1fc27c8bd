import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { configFrom } from "../src/config.js";
import { errorCodes } from "../src/errors.js";
import { startSimulator } from "../src/simulator/simulator.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The commands of the first block that holds this text. */
function commandsWith(text: string): string {
  const block = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = ""]) => commands).find((commands) => commands.includes(text));
  if (block === undefined) throw new Error(`README.md has no commands with ${text}.`);
  return block;
}

it("its commands for an API key write a file that the gateway takes, with the digest of the key", () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [, upToTheStart = "", settings = ""] = /^(.*\n)(.*)npm start &\n$/s.exec(commandsWith("api-keys.yaml")) ?? [];
  const key = execFileSync("sh", ["-c", `${upToTheStart}printf %s "$key"`], { cwd: folder, encoding: "utf8" });
  expect(key).toMatch(/^[0-9a-f]{64}$/);

  const environment = Object.fromEntries(
    settings
      .trim()
      .split(" ")
      .map((setting) => setting.split("=")),
  );
  const { auth } = configFrom(environment, undefined, (path) => readFileSync(join(folder, path), "utf8"));
  const sha256 = createHash("sha256").update(key).digest("hex");
  expect(auth).toEqual({
    kind: "api-key",
    keys: [{ name: "wallboard", sha256, accounts: "*", explain: false, conversations: false, metrics: false }],
  });
});

it("its commands for a fault switch one on, show it and switch it off", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const commands = commandsWith("/faults").replaceAll("http://127.0.0.1:4011", simulator.controlUrl).trim().split("\n");
  const faults: unknown[] = [];
  for (const command of commands) {
    const [, method = "GET"] = /-X (\w+)/.exec(command) ?? [];
    const [url = ""] = /http\S+/.exec(command) ?? [];
    const [, body] = /-d '(.*)'/.exec(command) ?? [];
    const response = await fetch(url, { method, ...(body !== undefined && { body, headers: { "content-type": "application/json" } }) });
    expect([command, response.ok]).toEqual([command, true]);
    faults.push(simulator.faults());
  }
  const fault = [{ api: "key-metrics", status: 503, left: null }];
  expect(faults).toEqual([fault, fault, []]);
});

it("docs/operations.md lists every code with whether asking again can help", () => {
  const text = readFileSync(new URL("../docs/operations.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| .* \| (yes|no) \|$/gm)].map(([, code, retryable]) => [code, retryable === "yes"]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(errorCodes).map(([code, { retryable }]) => [code, retryable])),
  );
});

it("the accounts file of docs/operations.md is one that the gateway takes", () => {
  const text = readFileSync(new URL("../docs/operations.md", import.meta.url), "utf8");
  const [, file = ""] = /accounts\.yaml <<END\n(.*?)END\n/s.exec(text) ?? [];
  const environment = { EAST_TOKEN: "east", WEST_TOKEN: "west", ACCOUNTS_FILE: "accounts.yaml", LP_CSDS_URL: "http://127.0.0.1:4010" };
  expect(configFrom(environment, undefined, () => file).accounts.map(({ id }) => id)).toEqual(["east", "west"]);
});
