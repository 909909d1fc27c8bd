import { apiTitles, type Condition } from "../condition.js";
import { duration } from "../format.js";
import type { MetricsApi } from "../generated/graphql.js";
import { Sign, shapeOf } from "./sign.js";

/** One light for each API of the platform: its worst condition. */
export function Lights({ lights }: { lights: ReadonlyMap<MetricsApi, Condition> }) {
  return (
    <ul className="lights" aria-label="The platform's APIs">
      {(Object.keys(apiTitles) as MetricsApi[]).map((api) => {
        const condition: Condition = lights.get(api) ?? { is: "waiting" };
        return (
          <li key={api} className={`light light-${condition.is}`} title={condition.is === "failed" ? condition.message : undefined}>
            <Sign shape={shapeOf(condition)} /> {apiTitles[api]} <span className="light-state">{told(condition)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function told(condition: Condition): string {
  switch (condition.is) {
    case "failed":
      return condition.code.toLowerCase().replaceAll("_", " ");
    case "stale":
      return `late, ${duration(condition.ageMs)}`;
    case "fresh":
      return duration(condition.ageMs);
    default:
      return condition.is === "empty" ? "not asked" : "…";
  }
}
