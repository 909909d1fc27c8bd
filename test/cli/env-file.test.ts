import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { withEnvFile } from "../../src/cli/env-file.js";
import { configFrom } from "../../src/config.js";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "env-file-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

it("settings come from the file, where the environment does not have them", () => {
  const path = join(folder(), ".env");
  writeFileSync(path, '# ours\nPORT=4100\nLOG_LEVEL="warn" # quiet\nHOST=\nAUTH=none\n');
  const environment = withEnvFile({ PORT: "4200", LOG_LEVEL: "" }, path);
  expect(environment).toEqual({ PORT: "4200", LOG_LEVEL: "", HOST: "", AUTH: "none" });
  const { port, logLevel, host } = configFrom(environment);
  expect({ port, logLevel, host }).toEqual({ port: 4200, logLevel: "info", host: "127.0.0.1" });
});

it("the file need not be there, and one that cannot be read refuses the start", () => {
  const environment = { PORT: "4200" };
  const path = join(folder(), ".env");
  expect(withEnvFile(environment, path)).toBe(environment);
  mkdirSync(path);
  expect(() => withEnvFile(environment, path)).toThrow(`The file ${path} cannot be read: EISDIR`);
});
