import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { z } from "zod";
import { trackedFiles } from "./tracked-files.js";

/**
 * Runs the type checker or the linter on the files that git tracks, so that what else lies in this folder (notes, keys, an experiment)
 * fails no check. Where there is no git: on everything.
 */
const checks: Record<string, (tracked: readonly string[] | null) => void> = {
  types(tracked) {
    for (const project of ["tsconfig.json", "graphiql/tsconfig.json", "examples/wallboard/tsconfig.json"])
      run("tsc", ["--noEmit", "-p", tracked ? projectOf(project, tracked) : project]);
  },
  lint(tracked) {
    const files = tracked ? ["--files-ignore-unknown=true", "--no-errors-on-unmatched", ...tracked] : ["."];
    run("biome", ["check", "--error-on-warnings", ...files]);
  },
};

const settings = z.object({ include: z.array(z.string()) });

/** A project like this one whose files are those of `include` that are tracked; its path. */
function projectOf(project: string, tracked: readonly string[]): string {
  const { include } = settings.parse(JSON.parse(readFileSync(project, "utf8")));
  const roots = include.map((path) => posix.join(posix.dirname(project), path));
  const isIn = (root: string, path: string) => path === root || path.startsWith(`${root}/`);
  const files = tracked.filter((path) => /\.tsx?$/.test(path) && roots.some((root) => isIn(root, path))).map((path) => resolve(path));
  const written = resolve("node_modules/.cache/tracked", project);
  mkdirSync(dirname(written), { recursive: true });
  writeFileSync(written, JSON.stringify({ extends: resolve(project), compilerOptions: { rootDir: resolve() }, files, include: [] }));
  return written;
}

function run(tool: string, args: readonly string[]): void {
  const { status, error } = spawnSync(resolve("node_modules/.bin", tool), args, { stdio: "inherit", shell: process.platform === "win32" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const [name = ""] = process.argv.slice(2);
const check = checks[name];
if (!check) throw new Error(`There is no check "${name}", but ${Object.keys(checks).join(" and ")}.`);
check(trackedFiles());
