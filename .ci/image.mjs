#!/usr/bin/env node
// Builds the image and runs it where a Docker daemon answers. Elsewhere it executes the steps of the Dockerfile by hand: a folder for each stage, the
// Node of this machine in place of the base image's, a user without rights and a folder that it may not write in place of USER and --read-only.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const settings = { HOST: "0.0.0.0", AUTH: "none", LP_ACCOUNT_ID: "demo", LP_BEARER_TOKEN: "none", LP_CSDS_URL: "http://127.0.0.1:9" };
const say = (line) => process.stdout.write(`${line}\n`);
const port = await new Promise((found) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => found(port));
  });
});

/** Throws unless /healthz and /graphql answer within 30 s. */
async function demandService() {
  for (let tries = 0; ; tries++) {
    const alive = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (alive) break;
    if (tries === 120) throw new Error("It did not serve within 30 s.");
    await new Promise((pause) => setTimeout(pause, 250));
  }
  const asked = { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ contactCenter { accountId } }"}' };
  const answer = await (await fetch(`http://127.0.0.1:${port}/graphql`, asked)).text();
  if (!answer.includes('"accountId":"demo"')) throw new Error(`The answer was not as expected: ${answer}`);
}

async function byDocker() {
  const name = `lp-metrics-gateway-check-${process.pid}`;
  execFileSync("docker", ["build", "--quiet", "--tag", name, root], { stdio: "inherit" });
  const given = Object.entries(settings).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  execFileSync("docker", ["run", "--detach", "--read-only", "--name", name, "--publish", `127.0.0.1:${port}:4000`, ...given, name]);
  try {
    await demandService();
    for (let tries = 0; ; tries++) {
      const health = execFileSync("docker", ["inspect", "--format", "{{.State.Health.Status}}", name], { encoding: "utf8" }).trim();
      if (health === "healthy") break;
      if (tries === 120) throw new Error(`Its health is ${health} after a minute.`);
      await new Promise((pause) => setTimeout(pause, 500));
    }
    execFileSync("docker", ["stop", "--time", "15", name]);
    const code = execFileSync("docker", ["inspect", "--format", "{{.State.ExitCode}}", name], { encoding: "utf8" }).trim();
    if (code !== "0") throw new Error(`It ended with exit code ${code}.`);
  } finally {
    spawnSync("docker", ["rm", "--force", name]);
    spawnSync("docker", ["rmi", "--force", name]);
  }
  say("The image was built by Docker, served with --read-only, was healthy, and stopped.");
}

async function byHand() {
  const work = mkdtempSync(join(tmpdir(), "image-"));
  chmodSync(work, 0o755);
  const stages = {};
  const done = [];
  let stage;
  let folder = "/";
  const environment = {};
  let command;
  let health;
  const inside = (path) => join(stage, resolve(folder, path));
  const steps = {
    FROM(said) {
      const [base, , name = "last"] = said.split(/\s+/);
      stage = join(work, name);
      stages[name] = stage;
      mkdirSync(stage);
      done.push(`FROM ${base} (not fetched; Node here is ${process.version})`);
    },
    WORKDIR(said) {
      folder = said;
      mkdirSync(inside("."), { recursive: true });
    },
    ENV(said) {
      const [name, value] = said.split("=");
      environment[name] = value;
    },
    COPY(said) {
      const words = said.split(/\s+/);
      const from = words[0].startsWith("--from=") ? stages[words.shift().slice("--from=".length)] : root;
      const to = words.pop();
      for (const path of words) {
        // A file into a folder, a folder onto a folder, as COPY does.
        const target = to.endsWith("/") ? inside(join(to, path.split("/").at(-1))) : inside(to);
        cpSync(join(from, path), target, { recursive: true, verbatimSymlinks: true });
      }
    },
    RUN(said) {
      // What it says is in the error when it fails.
      execFileSync("/bin/sh", ["-c", said], {
        cwd: inside("."),
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, ...environment },
      });
      done.push(`RUN ${said}`);
    },
    CMD(said) {
      command = JSON.parse(said);
    },
    HEALTHCHECK(said) {
      health = JSON.parse(said.slice(said.indexOf("CMD") + 3));
    },
  };
  try {
    const lines = readFileSync(join(root, "Dockerfile"), "utf8").replaceAll("\\\n", " ").split("\n");
    for (const line of lines) {
      const [, step, said] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      // The user is another one here, and the port is not published.
      if (step === undefined || ["USER", "EXPOSE"].includes(step)) continue;
      if (!steps[step]) throw new Error(`The step ${step} is not known here.`);
      steps[step](said.trim());
    }
    const isRoot = process.getuid() === 0;
    // nobody: a user who owns no file.
    const options = {
      cwd: inside("."),
      env: { PATH: process.env.PATH, ...environment, ...settings, PORT: String(port) },
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
    };
    execFileSync("chmod", ["-R", "go+rX,a-w", inside(".")]);
    const program = spawn(command[0], command.slice(1), { ...options, stdio: ["ignore", "ignore", "inherit"] });
    const ended = new Promise((end) => program.once("exit", end));
    try {
      await demandService();
      execFileSync(health[0], health.slice(1), options);
      program.kill("SIGTERM");
      const code = await ended;
      if (code !== 0) throw new Error(`It ended with exit code ${code}.`);
    } finally {
      program.kill("SIGKILL");
    }
    const extras = ["src", "test", "bench", "node_modules/vitest", "node_modules/typescript"].filter((path) => existsSync(inside(path)));
    if (extras.length > 0) throw new Error(`The last stage holds ${extras.join(", ")}.`);
    done.push(`CMD ${command.join(" ")} (as ${isRoot ? "nobody, " : ""}who may not write there)`, "HEALTHCHECK", "SIGTERM: exit code 0");
    const size = execFileSync("du", ["-sm", inside(".")], { encoding: "utf8" }).split("\t")[0];
    say(`No Docker daemon answers. By hand, all steps of the Dockerfile; ${size} MB in the last stage:\n  ${done.join("\n  ")}`);
  } finally {
    spawnSync("chmod", ["-R", "u+w", work]);
    rmSync(work, { recursive: true, force: true });
  }
}

const hasDaemon = spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;
await (hasDaemon ? byDocker() : byHand());
