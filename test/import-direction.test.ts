import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** What a room (a folder of src, or a file beside them) may import of ours: rooms, or single files of one. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  catalogue: [],
  errors: ["catalogue"],
  time: [],
  clock: [],
  merges: [],
  config: ["errors", "merges"],
  upstream: ["catalogue", "clock", "config", "errors", "time", "merges"],
  graphql: ["catalogue", "errors", "time", "upstream/question"],
  server: ["graphql", "errors", "config"],
  simulator: ["catalogue"],
};
/** Files that put the rooms together: they may import every room but the simulator, which main.ts alone may. */
const composition = ["gateway", "main", "readiness"];
/** Rooms that do the same. */
const compositionRooms = ["cli", "request"];

interface Import {
  from: string;
  to: string;
}

const importsIn = (file: string, text: string): Import[] =>
  [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) => ({
    from: file.replace(/\.ts$/, ""),
    to: posix.normalize(posix.join(dirname(file), path)).replace(/\.js$/, ""),
  }));

const roomOf = (file: string): string => file.split("/")[0] ?? file;

function breaks({ from, to }: Import): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (other === ".." || (other === "simulator" && room !== "simulator")) return from !== "main";
  if (room === other || composition.includes(from) || compositionRooms.includes(room)) return false;
  return !allowed[room]?.some((rule) => rule === other || rule === to);
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

  it("are all seen, and every file is in a room or named as putting rooms together", () => {
    expect(imports.length).toBeGreaterThan(files.length);
    expect(imports).toContainEqual({ from: "main", to: "simulator/simulator" });
    expect(
      files
        .map((file) => roomOf(file.replace(/\.ts$/, "")))
        .filter((room) => !(room in allowed) && !composition.includes(room) && !compositionRooms.includes(room)),
    ).toEqual([]);
  });

  it.each([
    ["upstream/planning/plan.ts", 'import { x } from "../../graphql/context.js";'],
    ["graphql/outline.ts", 'import type { x } from "../upstream/planning/plan.js";'],
    ["gateway.ts", 'const x = await import("./simulator/simulator.js");'],
    ["simulator/wire/http.ts", 'export * from "../../upstream/transport/transport.js";'],
    ["server/app.ts", 'import { x } from "../gateway.js";'],
    ["catalogue/metric.ts", 'import "../errors.js";'],
    ["graphql/field.ts", 'import {\n  x,\n} from "../request/request.js";'],
  ])("are caught where they should not be: %s, %s", (file, text) => {
    expect(importsIn(file, text).map(breaks)).toEqual([true]);
  });
});
