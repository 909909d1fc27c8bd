import type { KeyMetricsQuestion, KeyMetricsReply, KeyMetricsSection } from "../../question.js";
import { firstFault } from "../sections.js";

/** The message of the faulty section that the question needs; null when the reply can answer it. The keys alone need no figures. */
export function faultFor({ faults }: KeyMetricsReply, { of, window, current }: KeyMetricsQuestion): string | null {
  const place = of === "total" ? "total" : "rows";
  const needed: KeyMetricsSection[] = [];
  if (place === "rows") needed.push("rows");
  if (window !== null) needed.push(`${place}.byTime`);
  if (current) needed.push(`${place}.current`);
  return firstFault(faults, needed);
}
