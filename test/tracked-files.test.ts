import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { trackedFiles } from "../scripts/tracked-files.js";

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "tracked-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, name), "");
  return folder;
}

test("what git does not track, and what is gone, is not checked", () => {
  const folder = folderWith("kept.ts", "gone.ts");
  execFileSync("git", ["init", "-q"], { cwd: folder });
  execFileSync("git", ["add", "."], { cwd: folder });
  writeFileSync(join(folder, "notes.ts"), "");
  rmSync(join(folder, "gone.ts"));
  expect(trackedFiles(folder)).toEqual(["kept.ts"]);
});

test("without git everything is checked", () => {
  expect(trackedFiles(folderWith("kept.ts"))).toBeNull();
});
