import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** What a room (a folder of src or of src/upstream, or a file beside them) may import of ours: rooms, or single files of one. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  catalogue: [],
  errors: ["catalogue"],
  time: [],
  clock: [],
  merges: [],
  config: ["catalogue", "merges"],
  "upstream/question": ["merges", "time"],
  "upstream/call": ["catalogue", "time", "upstream/question"],
  "upstream/apis": ["catalogue", "errors", "merges", "time", "upstream/question", "upstream/call"],
  "upstream/plan": ["merges", "upstream/question", "upstream/apis/descriptor", "upstream/apis/registry"],
  "upstream/answers": [...["clock", "upstream/question"], ...["upstream/apis/descriptor", "upstream/apis/registry", "upstream/plan"]],
  "upstream/budget": ["clock", "errors", "time", "upstream/call"],
  "upstream/transport": [
    ...["telemetry/tracer", "catalogue", "clock", "errors", "time", "upstream/call"],
    ...["upstream/apis/platform-form"],
  ],
  "upstream/coalescing": [
    ...["telemetry/tracer", "clock", "errors", "time", "upstream/question", "upstream/call", "upstream/apis/descriptor"],
    ...["upstream/answers", "upstream/budget", "upstream/plan", "upstream/transport"],
  ],
  "upstream/redis": [
    ...["clock", "errors", "time", "upstream/call", "upstream/apis/descriptor", "upstream/apis/registry", "upstream/plan"],
    ...["upstream/answers", "upstream/budget", "upstream/coalescing/call-elsewhere"],
  ],
  graphql: ["catalogue", "errors", "time", "upstream/question"],
  server: ["catalogue", "clock", "graphql", "errors", "config", "telemetry"],
  telemetry: ["errors"],
  simulator: [],
  client: [],
};
/** Files that put rooms together: they may import every room but the simulator, which main.ts alone may. */
const composition = ["gateway", "main", "readiness", "upstream/platform-account"];
/** Says the release, which every room may know. */
const manifest = "../package.json";
/** Rooms that do the same. */
const compositionRooms = ["cli", "request"];

interface Import {
  from: string;
  to: string;
  /** Only the type checker sees it. */
  ofTypes?: boolean;
}

const importsIn = (file: string, text: string): Import[] =>
  [...text.matchAll(/\b(?:(?:import|export)(\s+type)?\b[^;"]*?\bfrom|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, type, path = ""]) => ({
    from: file.replace(/\.ts$/, ""),
    to: posix.normalize(posix.join(dirname(file), path)).replace(/\.js$/, ""),
    ...(type && { ofTypes: true }),
  }));

const roomOf = (file: string): string => {
  const [room = file, inner] = file.split("/");
  return room === "upstream" ? `${room}/${inner}` : room;
};

function breaks({ from, to }: Import): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (to === manifest) return false;
  if (other === ".." || (other === "simulator" && room !== "simulator")) return from !== "main";
  if (room === other || composition.includes(from) || compositionRooms.includes(room)) return false;
  return !allowed[room]?.some((rule) => rule === other || rule === to);
}

/** Files that load each other, in the order of the circle; empty when none do. */
function circle(all: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, ofTypes } of all) if (!ofTypes) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const follow = (path: readonly string[]): readonly string[] => {
    const file = path.at(-1)!;
    if (path.indexOf(file) < path.length - 1) return path.slice(path.indexOf(file));
    if (done.has(file)) return [];
    for (const to of next.get(file) ?? []) {
      const found = follow([...path, to]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  return [...next.keys()].map((file) => follow([file])).find((found) => found.length > 0) ?? [];
}

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"));
const imports = files.flatMap((file) => importsIn(file, readFileSync(join(src, file), "utf8")));

describe("imports", () => {
  it("go only where the table of rooms lets them", () => {
    expect(imports.filter(breaks).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("load no file in a circle", () => {
    expect(circle(imports)).toEqual([]);
  });

  it("name no type in a circle", () => {
    expect(circle(imports.map(({ from, to }) => ({ from, to })))).toEqual([]);
  });

  it("are all seen, and every file is in a room or named as putting rooms together", () => {
    expect(imports.length).toBeGreaterThan(files.length);
    expect(imports).toContainEqual({ from: "main", to: "simulator/simulator" });
    expect(imports).toContainEqual({ from: "upstream/coalescing/call-in-flight", to: "upstream/apis/descriptor", ofTypes: true });
    expect(
      files
        .map((file) => file.replace(/\.ts$/, ""))
        .filter((file) => !(roomOf(file) in allowed) && !composition.includes(file) && !compositionRooms.includes(roomOf(file))),
    ).toEqual([]);
  });

  it("are needed by every line of the table", () => {
    const used = new Set(imports.flatMap(({ from, to }) => [`${roomOf(from)} ${to}`, `${roomOf(from)} ${roomOf(to)}`]));
    const lines = Object.entries(allowed).flatMap(([room, rules]) => rules.map((rule) => `${room} ${rule}`));
    expect(lines.filter((line) => !used.has(line))).toEqual([]);
  });

  it.each([
    ["upstream/plan.ts", 'import { x } from "../graphql/context.js";'],
    ["graphql/outline.ts", 'import type { x } from "../upstream/plan.js";'],
    ["gateway.ts", 'const x = await import("./simulator/simulator.js");'],
    ["simulator/wire/http.ts", 'export * from "../../upstream/transport/transport.js";'],
    ["server/app.ts", 'import { x } from "../gateway.js";'],
    ["catalogue/metric.ts", 'import "../errors.js";'],
    ["graphql/field.ts", 'import {\n  x,\n} from "../request/request.js";'],
    ["upstream/apis/registry.ts", 'import type { x } from "../coalescing/ask.js";'],
    ["upstream/plan.ts", 'import type { x } from "./budget/permit.js";'],
    ["upstream/transport/transport.ts", 'import type { x } from "../coalescing/reading.js";'],
    ["upstream/apis/key-metrics/descriptor.ts", 'import { x } from "../../plan.js";'],
    ["upstream/plan.ts", 'import { x } from "./apis/key-metrics/descriptor.js";'],
    ["upstream/coalescing/decide.ts", 'import { x } from "../platform-account.js";'],
  ])("are caught where they should not be: %s, %s", (file, text) => {
    expect(importsIn(file, text).map(breaks)).toEqual([true]);
  });

  it("that load each other are found, those of types alone are not", () => {
    const [ab, bc, ca] = [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ].map(([from, to]) => ({ from: from!, to: to! })) as [Import, Import, Import];
    expect(circle([ab, bc, ca])).toEqual(["a", "b", "c", "a"]);
    expect(circle([ab, bc, { ...ca, ofTypes: true }])).toEqual([]);
  });
});
