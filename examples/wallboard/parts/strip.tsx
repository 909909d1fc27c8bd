import { type Condition, conditionOf, type StateError } from "../condition.js";
import { type Account, metricValue, partOf, type ShownMetric, shownMetrics } from "../metrics.js";
import { Age } from "./age.js";
import { Figure } from "./figure.js";

const overdueShare: ShownMetric = { metric: "CurrentMetrics.overdueAssignedShare", label: "Overdue of assigned", unit: "RATIO" };
/** The account's satisfaction and closed conversations are of the last hour, all else is now. */
const shown = shownMetrics.flatMap((metric) =>
  metric.metric === "CurrentMetrics.overdueConversationsTotal" ? [metric, overdueShare] : [metric],
);

interface Props {
  account: Account | null | undefined;
  errors: readonly StateError[];
  now: number;
}

/** The totals of the whole account, or of what is filtered for: the platform's own, no sums of ours. */
export function Strip({ account, errors, now }: Props) {
  const conditions: Record<"current" | "keyMetrics", Condition> = {
    current: conditionOf(account?.current, "KEY_METRICS", ["contactCenter", "current"], errors, now),
    keyMetrics: conditionOf(account?.keyMetrics, "KEY_METRICS", ["contactCenter", "keyMetrics"], errors, now),
  };
  return (
    <section className={`strip is-${conditions.current.is}`} aria-labelledby="strip-title">
      <div className="section-head">
        <h2 id="strip-title">Whole account</h2>
        <Age condition={conditions.current} />
        {conditions.keyMetrics.is !== conditions.current.is && (
          <span>
            last hour: <Age condition={conditions.keyMetrics} />
          </span>
        )}
      </div>
      <dl>
        {shown.map(({ metric, label, unit }) => (
          <Figure
            key={metric}
            label={partOf(metric) === "keyMetrics" ? `${label}, last hour` : label}
            value={account ? metricValue(account, metric) : null}
            unit={unit}
            level={undefined}
            isLarge
          />
        ))}
      </dl>
    </section>
  );
}
