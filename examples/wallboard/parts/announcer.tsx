import { useEffect, useRef, useState } from "react";
import { labelOf, nameOfSkill, type SkillFigures } from "../metrics.js";
import type { Level, Threshold } from "../thresholds.js";
import { levelKey } from "../use-levels.js";

interface Props {
  skills: readonly SkillFigures[];
  thresholds: readonly Threshold[];
  levels: ReadonlyMap<string, Level>;
}

/** Tells a screen reader what has become critical; what is so from the first state on stands in the tiles. */
export function Announcer({ skills, thresholds, levels }: Props) {
  const before = useRef<ReadonlyMap<string, Level> | null>(null);
  const [said, say] = useState("");
  useEffect(() => {
    const known = before.current;
    before.current = levels.size > 0 ? levels : null;
    if (!known || known === levels) return;
    const news = skills.flatMap((skill) =>
      thresholds
        .map(({ metric }) => ({ metric, key: levelKey(skill.id, metric) }))
        .filter(({ key }) => levels.get(key) === 2 && known.get(key) !== 2)
        .map(({ metric }) => `${nameOfSkill(skill)}: ${labelOf(metric)} is critical.`),
    );
    if (news.length > 0) say(news.join(" "));
  }, [levels, skills, thresholds]);
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  );
}
