import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configFrom } from "../../src/config.js";
import { seriesName } from "../../src/server/business/figures.js";
import { figuresOperation } from "../../src/server/business/operation.js";
import { GatewayMetrics } from "../../src/telemetry/metrics.js";
import { liveLine, until } from "../live/live-line.js";

const folder = "examples/monitoring";
const read = (file: string) => readFileSync(`${folder}/${file}`, "utf8");

interface Dashboard {
  panels: { id: number; title: string; gridPos: { x: number; y: number; w: number; h: number }; targets?: { expr: string }[] }[];
}
const dashboards = ["gateway.json", "contact-center.json"].map((file) => JSON.parse(read(`grafana/dashboards/${file}`)) as Dashboard);
const expressions = dashboards.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
const rules = (parse(read("alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const figures = configFrom({ BUSINESS_METRICS_FILE: `${folder}/business-metrics.yaml` }).metrics!.business!;

/** The names under which a metric of each type can be asked for. */
async function knownNames(): Promise<Set<string>> {
  const text = await new GatewayMetrics({ version: "0", operations: [], documents: {} }).text();
  return new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    ),
  );
}

/** The names of the figures that the example chooses, and of what is said of them. */
const namesOfFigures = (): string[] => [
  ...["complete", "series", "series_left_out", "oldest_figure_timestamp_seconds"].map((name) => `lp_business_${name}`),
  ...figuresOperation("demo", figures.sets, 15).sets.flatMap(({ by, objects }) =>
    objects.flatMap(({ metrics }) => metrics.map((metric) => seriesName(by, metric))),
  ),
];

const namesIn = (expression: string): string[] =>
  expression.match(/\b(?:lp_(?:gateway|business|account|skill|agent_group)|nodejs|process)_[a-z0-9_]+/g) ?? [];

describe("examples/monitoring", () => {
  it("asks for no metric that the gateway does not have, and shows all that are its own", async () => {
    const known = new Set([...(await knownNames()), ...namesOfFigures()]);
    const asked = [...expressions, ...rules.map(({ expr }) => expr)].flatMap(namesIn);
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    const own = [...known].filter((name) => name.startsWith("lp_") && !/_(sum|count)$/.test(name));
    const shown = new Set(expressions.flatMap(namesIn));
    // The release is a variable of the dashboard; what is in the cache is shown in bytes.
    expect(own.filter((name) => !shown.has(name))).toEqual(["lp_gateway_build_info", "lp_gateway_cache_entries"]);
  });

  it.each(dashboards)("has panels that do not lie upon each other", (dashboard) => {
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
    metrics.answered({ operation: "Board", source: "memo", errors: [], ms: 3, ageMs: 1_000, client: "board" });
    metrics.exchanged({ account: "a", api: "KEY_METRICS", outcome: "OK", ms: 30 });
    // Its advice on the names of Node's own metrics, which prom-client chose, is no mistake of the format.
    const lines = (await metrics.text()).split("\n").filter((line) => !/\bnodejs_/.test(line));
    promtool(["check", "metrics"], lines.join("\n"));
    const line = await liveLine({
      environment: { BUSINESS_METRICS_FILE: "figures" },
      files: read("business-metrics.yaml"),
    });
    const page = async () => (await fetch(`${line.app.metricsUrl}/business`)).text();
    await page();
    await until(() => line.states > 0);
    await line.settled();
    const text = await page();
    const served = new Set([...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name!));
    // What the platform has no value for has no series.
    expect(namesOfFigures().filter((name) => !served.has(name)).length).toBeLessThan(3);
    expect([...served].filter((name) => !namesOfFigures().includes(name))).toEqual([]);
    promtool(["check", "metrics"], text);
  });
});
