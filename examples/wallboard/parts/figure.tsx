import { formatted } from "../format.js";
import type { MetricUnit } from "../generated/graphql.js";
import type { Level } from "../thresholds.js";
import { levelNames, Sign } from "./sign.js";

interface Props {
  label: string;
  value: number | null;
  unit: MetricUnit;
  level: Level | undefined;
  isLarge?: boolean;
}

/** One figure with its label; a bad one has a sign and a word beside its colour. Stands in a <dl>. */
export function Figure({ label, value, unit, level, isLarge = false }: Props) {
  const name = levelNames[level ?? 0];
  return (
    <div className={`figure ${isLarge ? "figure-large" : ""} level-${name}`}>
      <dt>{label}</dt>
      <dd>
        {formatted(value, unit)}
        {(level ?? 0) > 0 && (
          <>
            {" "}
            <Sign shape={name} />
            <span className="unseen"> ({name})</span>
          </>
        )}
      </dd>
    </div>
  );
}
