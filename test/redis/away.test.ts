import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { build, start } from "../built-program.js";
import { startReplicas } from "./replica-lines.js";

const query = "{ contactCenter { current { onlineAgents } } }";
const nobodyThere = "redis://user:s3cret@127.0.0.1:1";

describe("a gateway whose Redis is not there", () => {
  test("serves, is ready, and says what it cannot reach, without the credentials", async () => {
    const { lines } = await startReplicas({ redisUrl: nobodyThere, count: 1 });
    const [line] = lines;
    expect((await line!.ask(query)).errors).toEqual([]);
    const response = await fetch(`${line!.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      ready: true,
      redis: "Redis is away: ECONNREFUSED. Nothing is shared with other replicas meanwhile.",
    });
  });
});

describe("a gateway without REDIS_URL", { timeout: 180_000 }, () => {
  test("loads nothing of Redis and says nothing of it", async () => {
    const folder = await build();
    const coverage = await mkdtemp(join(tmpdir(), "gateway-loaded-"));
    onTestFinished(() => rm(coverage, { recursive: true, force: true }));
    const program = start(folder, ["serve"], { PORT: "0", NODE_V8_COVERAGE: coverage });
    const [, url] = await program.said(/on (http:\/\/[\d.]+:\d+)\/graphql/);
    expect(await (await fetch(`${url}/readyz`)).json()).not.toHaveProperty("redis");
    program.process.kill("SIGTERM");
    await program.ended;
    const reports = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), "utf8")));
    const loaded = reports.flatMap((report) => (JSON.parse(report).result as { url: string }[]).map((script) => script.url));
    expect(loaded.filter((file) => /dist\/gateway\.js/.test(file))).not.toEqual([]);
    expect(loaded.filter((file) => /upstream\/redis\/|node_modules\/(@redis|msgpackr)/.test(file))).toEqual([]);
  });
});
