/**
 * `npm` for tests without a network. `npm install` links the packages that it names from the installed packages of this repository, and
 * unpacks packed ones. `npm ci` does nothing, because the repository has its packages. Everything else goes to npm itself. Usage: linking-npm.mjs <installed packages> <arguments of npm>
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const [installed, ...args] = process.argv.slice(2);
if (args[0] === "install") install(args.slice(1).filter((each) => !each.startsWith("-")));
else if (args[0] !== "ci") npm(args);

function install(packages) {
  for (const each of packages) {
    if (each.endsWith(".tgz")) unpack(each);
    else link(each.replace(/(?<=.)@.*$/, ""));
  }
}

function link(name) {
  const from = join(installed, name);
  if (!existsSync(from))
    throw new Error(`${name} is not a dependency of this repository, so the test cannot install it without a network.`);
  const to = join("node_modules", name);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
  const { bin = {} } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const programs = typeof bin === "string" ? { [name.replace(/^.*\//, "")]: bin } : bin;
  mkdirSync("node_modules/.bin", { recursive: true });
  for (const [program, path] of Object.entries(programs)) symlinkSync(join(from, path), join("node_modules/.bin", program));
}

function unpack(file) {
  const name = /([\w-]+?)-\d[\w.-]*\.tgz$/.exec(file)?.[1] ?? "";
  const folder = join("node_modules", name);
  mkdirSync(folder, { recursive: true });
  run("tar", ["-xzf", file, "-C", folder, "--strip-components=1"]);
}

/** npm itself: the next one on the path. */
function npm(args) {
  const [, ...rest] = process.env.PATH.split(":");
  run("npm", args, { ...process.env, PATH: rest.join(":") });
}

function run(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { stdio: "inherit", env, cwd: resolve() });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
