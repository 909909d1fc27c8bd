import { useState } from "react";
import { metricValue, type SkillFigures } from "./metrics.js";
import { type Level, nextLevels, type Threshold } from "./thresholds.js";

export const levelKey = (skill: string, metric: string): string => `${skill} ${metric}`;

/** The level of each figure that has a threshold, by `levelKey`. It depends on the levels before, so that it is found once for each state. */
export function useLevels(skills: readonly SkillFigures[], thresholds: readonly Threshold[]): ReadonlyMap<string, Level> {
  const [held, hold] = useState(() => ({ skills, thresholds, levels: levelsOf(new Map(), skills, thresholds) }));
  if (held.skills === skills && held.thresholds === thresholds) return held.levels;
  // Other thresholds judge anew.
  const levels = levelsOf(held.thresholds === thresholds ? held.levels : new Map(), skills, thresholds);
  hold({ skills, thresholds, levels });
  return levels;
}

const levelsOf = (before: ReadonlyMap<string, Level>, skills: readonly SkillFigures[], thresholds: readonly Threshold[]) =>
  nextLevels(
    before,
    skills.flatMap((skill) =>
      thresholds.map((threshold) => ({
        key: levelKey(skill.id, threshold.metric),
        value: metricValue(skill, threshold.metric),
        threshold,
      })),
    ),
  );
