import type { MetricUnit } from "./generated/graphql.js";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

/** A figure as text; a dash where there is none. */
export function formatted(value: number | null | undefined, unit: MetricUnit): string {
  if (value === null || value === undefined) return "–";
  if (unit === "MILLISECONDS") return duration(value);
  if (unit === "RATIO") return percent.format(value);
  return (unit === "COUNT" ? whole : fraction).format(value);
}

/** For example 45s, 12m 05s, 3h 19m. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes}m ${two(seconds % 60)}s` : `${whole.format(hours)}h ${two(minutes % 60)}m`;
}

const two = (value: number) => String(value).padStart(2, "0");

export const hourOf = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;

/** For example "queue wait time 90th percentile" for CurrentMetrics.queueWaitTime90thPercentile. */
export const wordsOf = (field: string): string =>
  field
    .slice(field.indexOf(".") + 1)
    .replace(/([a-z])([A-Z0-9])/g, "$1 $2")
    .toLowerCase();
