import { useEffect, useRef, useState } from "react";
import type { CatalogMetric } from "../catalog.js";
import { apiTitles } from "../condition.js";
import type { MetricUnit } from "../generated/graphql.js";
import { labelOf } from "../metrics.js";
import { type Theme, themes } from "../theme.js";
import { linkTo, usualThresholds } from "../threshold-store.js";
import type { Threshold } from "../thresholds.js";

interface Props {
  isOpen: boolean;
  close: () => void;
  thresholds: readonly Threshold[];
  change: (thresholds: readonly Threshold[]) => void;
  catalog: readonly CatalogMetric[];
  unitOf: (metric: string) => MetricUnit;
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

/** What a person types in place of the metric's unit: seconds for milliseconds, percent for ratios. */
const typed: Record<MetricUnit, { per: number; name: string }> = {
  COUNT: { per: 1, name: "" },
  MESSAGES: { per: 1, name: "" },
  MILLISECONDS: { per: 1000, name: "s" },
  RATIO: { per: 0.01, name: "%" },
};

export function Settings({ isOpen, close, thresholds, change, catalog, unitOf, theme, setTheme }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [copied, setCopied] = useState("");
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const free = catalog.filter(({ field }) => !thresholds.some(({ metric }) => metric === field));
  const add = (metric: string) => change([...thresholds, { metric, warning: 1, critical: 2, margin: 0 }]);
  async function copy() {
    const link = linkTo(thresholds);
    try {
      await navigator.clipboard.writeText(link);
      setCopied("The link is in the clipboard.");
    } catch {
      setCopied(link); // A page that came over plain HTTP from elsewhere may not write there: show it instead.
    }
  }
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="settings-title">
      <div className="section-head">
        <h2 id="settings-title">Settings</h2>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <label>
        Colours{" "}
        <select value={theme} onChange={({ target }) => setTheme(target.value as Theme)}>
          {themes.map((each) => (
            <option key={each} value={each}>
              {each === "system" ? "as the system" : each}
            </option>
          ))}
        </select>
      </label>
      <h3>Thresholds</h3>
      <p className="hint">
        A figure that reaches a bound is marked, and stays marked until it is better than the bound by the margin. Where the critical bound
        is below the warning bound, low figures are the bad ones. This browser keeps the thresholds.
      </p>
      <ul className="thresholds">
        {thresholds.map((threshold, index) => (
          <ThresholdRow
            // Before the catalogue has come the unit is not known.
            key={`${threshold.metric} ${unitOf(threshold.metric)}`}
            threshold={threshold}
            unit={unitOf(threshold.metric)}
            description={catalog.find(({ field }) => field === threshold.metric)?.description}
            change={(next) => change(thresholds.map((each, at) => (at === index ? next : each)))}
            remove={() => change(thresholds.filter((_, at) => at !== index))}
          />
        ))}
      </ul>
      <div className="controls">
        <label className="choice">
          <span className="unseen">Add a threshold on</span>
          <select value="" onChange={({ target }) => target.value && add(target.value)}>
            <option value="">Add a threshold on…</option>
            {free.map(({ field, api }) => (
              <option key={field} value={field}>
                {labelOf(field)} ({apiTitles[api]})
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => change(usualThresholds)}>
          Usual thresholds
        </button>
        <button type="button" onClick={() => void copy()}>
          Copy as a link
        </button>
      </div>
      <p role="status" className="copied">
        {copied}
      </p>
    </dialog>
  );
}

interface RowProps {
  threshold: Threshold;
  unit: MetricUnit;
  description: string | undefined;
  change: (threshold: Threshold) => void;
  remove: () => void;
}

function ThresholdRow({ threshold, unit, description, change, remove }: RowProps) {
  const { per, name } = typed[unit];
  const label = labelOf(threshold.metric);
  return (
    <li>
      <span className="threshold-name" title={description}>
        {label}
        {name && ` (${name})`}
      </span>
      {(["warning", "critical", "margin"] as const).map((bound) => (
        <label key={bound}>
          {bound}
          <input
            type="number"
            aria-label={`${label}: ${bound}`}
            step="any"
            min={bound === "margin" ? 0 : undefined}
            defaultValue={Math.round((threshold[bound] / per) * 100) / 100}
            onChange={({ target }) =>
              target.value !== "" && target.validity.valid && change({ ...threshold, [bound]: target.valueAsNumber * per })
            }
          />
        </label>
      ))}
      <button type="button" aria-label={`Remove the threshold on ${label}`} onClick={remove}>
        Remove
      </button>
    </li>
  );
}
