import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The files of a folder that git tracks, with slashes, as paths from there; null where git does not know it, as in an unpacked archive. */
export function trackedFiles(folder = "."): readonly string[] | null {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0 || !stdout) return null;
  return stdout.split("\0").filter((path) => path !== "" && existsSync(join(folder, path)));
}
