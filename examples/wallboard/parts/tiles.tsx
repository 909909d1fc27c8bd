import { type Condition, conditionOf, type StateError, worstOf } from "../condition.js";
import type { MetricUnit } from "../generated/graphql.js";
import { labelOf, metricValue, nameOfSkill, partOf, type SkillFigures, shownMetrics } from "../metrics.js";
import type { Level, Threshold } from "../thresholds.js";
import { levelKey } from "../use-levels.js";
import { Age } from "./age.js";
import { Figure } from "./figure.js";
import { levelNames, Sign } from "./sign.js";

interface Props {
  /** In the order of the state; undefined while none has come. */
  skills: readonly SkillFigures[] | undefined;
  levels: ReadonlyMap<string, Level>;
  thresholds: readonly Threshold[];
  unitOf: (metric: string) => MetricUnit;
  errors: readonly StateError[];
  now: number;
}

/** A tile for each skill, worst first. */
export function Tiles({ skills, ...props }: Props) {
  if (!skills) return <p className="hint">The first figures are on their way…</p>;
  if (skills.length === 0) return <p className="hint">There is no skill to show.</p>;
  const tiles = skills.map((skill, index) => ({
    skill,
    level: worstLevel(skill, props),
    condition: worstOf(
      (["current", "keyMetrics", "segments"] as const)
        .filter((part) => part in skill)
        .map((part) => {
          const api = part === "segments" ? "SKILL_SEGMENTS" : "KEY_METRICS";
          return conditionOf(skill[part], api, ["contactCenter", "skills", "nodes", index, part], props.errors, props.now);
        }),
    ),
  }));
  return (
    <ul className="tiles">
      {tiles.sort(worstFirst).map((tile) => (
        <Tile key={tile.skill.id} {...tile} {...props} />
      ))}
    </ul>
  );
}

interface TileProps {
  skill: SkillFigures;
  level: Level;
  condition: Condition;
}

function Tile({ skill, level, condition, levels, thresholds, unitOf }: TileProps & Omit<Props, "skills">) {
  const name = levelNames[level];
  const extra = thresholds
    .map(({ metric }) => metric)
    .filter((metric) => !shownMetrics.some((shown) => shown.metric === metric) && partOf(metric) in skill)
    .map((metric) => ({ metric, label: labelOf(metric), unit: unitOf(metric) }));
  return (
    <li className={`tile level-${name} is-${condition.is}`}>
      <div className="tile-head">
        <h3>
          <Sign shape={level === 0 && condition.is === "failed" ? "failed" : name} />
          {level > 0 && <span className="unseen">{name}: </span>}
          {nameOfSkill(skill)}
        </h3>
        <Age condition={condition} />
      </div>
      <dl>
        {[...shownMetrics, ...extra].map(({ metric, label, unit }, index) => (
          <Figure
            key={metric}
            label={label}
            value={metricValue(skill, metric)}
            unit={unit}
            level={levels.get(levelKey(skill.id, metric))}
            isLarge={index < 2}
          />
        ))}
      </dl>
    </li>
  );
}

const worstLevel = ({ id }: SkillFigures, { levels, thresholds }: Pick<Props, "levels" | "thresholds">): Level => {
  const own = thresholds.map(({ metric }) => levels.get(levelKey(id, metric)) ?? 0);
  return own.includes(2) ? 2 : own.includes(1) ? 1 : 0;
};

/** Critical, warning, without an answer, fine; then who has most waiting, then whose wait is longest. */
function worstFirst(a: TileProps, b: TileProps): number {
  const rank = ({ level, condition }: TileProps) => (condition.is === "failed" ? Math.max(level, 0.5) : level);
  const figure = ({ skill }: TileProps, metric: string) => metricValue(skill, metric) ?? -1;
  return (
    rank(b) - rank(a) ||
    figure(b, "CurrentMetrics.unassignedConversations") - figure(a, "CurrentMetrics.unassignedConversations") ||
    figure(b, "CurrentMetrics.queueWaitTime90thPercentile") - figure(a, "CurrentMetrics.queueWaitTime90thPercentile") ||
    nameOfSkill(a.skill).localeCompare(nameOfSkill(b.skill))
  );
}
