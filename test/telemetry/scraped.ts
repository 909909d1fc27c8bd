import { expect } from "vitest";

/** Every series of a scrape with its value, by its name and labels as they are written, labels in order of their names. */
export type Series = ReadonlyMap<string, number>;

export async function scraped(url: string, headers: Record<string, string> = {}): Promise<Series> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return seriesIn(await response.text());
}

const line = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/;

export function seriesIn(text: string): Series {
  const series = new Map<string, number>();
  for (const each of text.split("\n")) {
    if (each === "" || each.startsWith("#")) continue;
    const [, name, labels = "", value] = line.exec(each) ?? [];
    if (name === undefined) throw new Error(`This is no series: ${each}`);
    const sorted = [...labels.matchAll(/\w+="[^"]*"/g)].map(([label]) => label).sort();
    series.set(sorted.length > 0 ? `${name}{${sorted.join(",")}}` : name, Number(value));
  }
  return series;
}

/** The sum of all series of a metric that have these labels. */
export function sumOf(series: Series, metric: string, labels: Record<string, string> = {}): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return [...series]
    .filter(([key]) => key === metric || key.startsWith(`${metric}{`))
    .filter(([key]) => wanted.every((label) => new RegExp(`[{,]${label}[,}]`).test(key)))
    .reduce((sum, [, value]) => sum + value, 0);
}
