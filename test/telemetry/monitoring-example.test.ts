import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { GatewayMetrics } from "../../src/telemetry/metrics.js";

const folder = "examples/monitoring";
const read = (file: string) => readFileSync(`${folder}/${file}`, "utf8");

interface Dashboard {
  panels: { id: number; title: string; gridPos: { x: number; y: number; w: number; h: number }; targets?: { expr: string }[] }[];
}
const dashboard = JSON.parse(read("grafana/dashboards/gateway.json")) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const rules = (parse(read("alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);

/** The names under which a metric of each type can be asked for. */
async function knownNames(): Promise<Set<string>> {
  const text = await new GatewayMetrics({ version: "0", operations: [], documents: {} }).text();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    ),
  );
}

const namesIn = (expression: string): string[] => expression.match(/\b(?:lp_gateway|nodejs|process)_[a-z0-9_]+/g) ?? [];

describe("examples/monitoring", () => {
  it("asks for no metric that the gateway does not have, and shows all that are its own", async () => {
    const known = await knownNames();
    const asked = [...expressions, ...rules.map(({ expr }) => expr)].flatMap(namesIn);
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    const own = [...known].filter((name) => name.startsWith("lp_gateway_") && !/_(sum|count)$/.test(name));
    const shown = new Set(expressions.flatMap(namesIn));
    // The release is a variable of the dashboard; what is in the cache is shown in bytes.
    expect(own.filter((name) => !shown.has(name))).toEqual(["lp_gateway_build_info", "lp_gateway_cache_entries"]);
  });

  it("has panels that do not lie upon each other", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  // Debian's package prometheus has it.
  it.skipIf(!existsSync("/usr/bin/promtool"))("is taken by promtool: configuration, alert rules, and what the gateway serves", async () => {
    const promtool = (args: string[], input?: string) =>
      execFileSync("/usr/bin/promtool", args, { encoding: "utf8", ...(input !== undefined && { input }) });
    expect(promtool(["check", "config", `${folder}/prometheus.yml`])).toMatch(`${rules.length} rules found`);
    const metrics = new GatewayMetrics({ version: "0", operations: ["Board"], documents: {} });
    metrics.answered({ operation: "Board", source: "memo", errors: [], ms: 3, ageMs: 1_000 });
    metrics.exchanged({ account: "a", api: "KEY_METRICS", outcome: "OK", ms: 30 });
    // Its advice on the names of Node's own metrics, which prom-client chose, is no mistake of the format.
    const lines = (await metrics.text()).split("\n").filter((line) => !/\bnodejs_/.test(line));
    promtool(["check", "metrics"], lines.join("\n"));
  });
});
