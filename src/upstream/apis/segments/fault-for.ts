import type { Faults, SegmentsSection } from "../../question.js";
import { firstFault } from "../sections.js";

/** The fault of a section that the question needs; null when all of them are sound. An interval question needs the summary, too. */
export function segmentsFault(
  faults: Faults<SegmentsSection> | undefined,
  { of, everyMinutes, split }: { of: "rows" | "total"; everyMinutes: number | null; split: boolean },
): string | null {
  const level = [of, ...(split ? (["bySkill"] as const) : [])] as const;
  const intervals = ["intervals", ...level.map((name) => `intervals.${name}` as const)] as const;
  return firstFault(faults, everyMinutes === null ? level : [...level, ...intervals]);
}
