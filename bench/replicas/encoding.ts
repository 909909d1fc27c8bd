import { gunzipSync, gzipSync } from "node:zlib";
import { Packr } from "msgpackr";
import { systemClock } from "../../src/clock.js";
import { apiByName } from "../../src/upstream/apis/registry.js";
import { callAlone } from "../../src/upstream/plan.js";
import type { Question } from "../../src/upstream/question.js";
import { decoded, encoded } from "../../src/upstream/redis/answer-codec.js";
import { RedisClock } from "../../src/upstream/redis/redis-clock.js";
import { agentRows, intervalRows, keyRows } from "../../test/upstream/questions-by-hand.js";
import { replyTo } from "../../test/upstream/replies-by-hand.js";

/** How answers are written to Redis: bytes and CPU of the ways that were weighed. */
export async function encoding(): Promise<void> {
  const clock = new RedisClock(systemClock);
  clock.learn(Date.now(), systemClock.monotonic());
  const ids = Array.from({ length: 500 }, (_, index) => String(4_000_000 + index));
  const questions: [string, Question][] = [
    ["500 agents, 15 min intervals", agentRows({ agents: "all", everyMinutes: 15, lastMinutes: 240 })],
    ["500 skills, key metrics", keyRows({ keys: "all", current: true })],
    ["500 skills, 96 intervals", intervalRows({ window: { from: 0, to: 86_400_000 } })],
  ];
  console.log("An answer as it is written to Redis: bytes, and ms of CPU to write and to read and check it");
  for (const [name, question] of questions) {
    const api = apiByName[question.api];
    const { call } = callAlone(question);
    const reply = replyTo(call, "a", "own", Date.now() - 1_000, [], { ids });
    const record = { call, reply, bytes: 0, pages: 1, askedMonotonic: systemClock.monotonic() };
    const answer = { scope: "s", slot: "[]", record, keepUntil: Date.now() + 60_000 };
    const plain = { call, reply: api.stored.bare(reply) };
    const written = () => JSON.stringify(plain, (_, value) => (value instanceof Map ? [...value] : value));
    const json = written();
    const gzipped = gzipSync(json, { level: 1 });
    const packed = encoded(api, answer, clock);
    const zipped = gzipSync(packed, { level: 1 });
    const unchecked = new Packr({ useRecords: true, mapsAsObjects: false });
    const rows: [string, number, () => unknown, () => unknown][] = [
      ["JSON", json.length, written, () => JSON.parse(json)],
      ["JSON, gzip", gzipped.length, () => gzipSync(written(), { level: 1 }), () => JSON.parse(gunzipSync(gzipped).toString())],
      ["msgpackr, unchecked", packed.length, () => unchecked.pack(plain), () => unchecked.unpack(packed)],
      [
        "msgpackr, gzip, unchecked",
        zipped.length,
        () => gzipSync(unchecked.pack(plain), { level: 1 }),
        () => unchecked.unpack(gunzipSync(zipped)),
      ],
      ["as it is: msgpackr, checked", packed.length, () => encoded(api, answer, clock), () => decoded(api, packed, clock)],
    ];
    for (const [how, bytes, write, read] of rows) {
      console.log(
        `${name.padEnd(30)} ${how.padEnd(28)} ${String(bytes).padStart(9)} (${((100 * bytes) / json.length).toFixed(0).padStart(3)}%) ${cpuMs(write)} ${cpuMs(read)}`,
      );
    }
  }
}

function cpuMs(work: () => unknown): string {
  for (let round = 0; round < 3; round++) work();
  const rounds = 10;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1_000 / rounds).toFixed(2).padStart(8);
}
