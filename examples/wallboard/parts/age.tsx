import type { Condition } from "../condition.js";
import { duration } from "../format.js";
import { Sign } from "./sign.js";

/** How old figures are, or why there are none. Fresh is quiet; everything else has a sign. */
export function Age({ condition }: { condition: Condition }) {
  switch (condition.is) {
    case "waiting":
      return <span className="age">…</span>;
    case "empty":
      return <span className="age">no figures</span>;
    case "failed":
      return (
        <span className="age age-failed" title={`${condition.code}: ${condition.message}`}>
          <Sign shape="failed" /> no answer
        </span>
      );
    case "stale":
      return (
        <span className="age age-stale">
          <Sign shape="stale" /> stale, {duration(condition.ageMs)} old
        </span>
      );
    default:
      return <span className="age">{duration(condition.ageMs)} old</span>;
  }
}
