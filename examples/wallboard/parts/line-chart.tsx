import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatted, hourOf } from "../format.js";
import type { MetricUnit } from "../generated/graphql.js";

export interface Line {
  label: string;
  /** Name of a custom property of the page. */
  color: string;
  values: readonly (number | null)[];
}

interface Props {
  title: string;
  unit: MetricUnit;
  /** Milliseconds since 1970. */
  times: readonly number[];
  /** Of the time axis, milliseconds since 1970: charts beside each other have the same. */
  range: readonly [from: number, to: number];
  lines: readonly Line[];
}

/** Lines over time by uPlot, and the same figures as a table for who cannot see them. */
export function LineChart({ title, unit, times, range, lines }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const look = useLook();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the figures are compared by what they are.
  useEffect(() => {
    const root = place.current;
    if (!root || times.length === 0) return;
    const chart = new uPlot(
      optionsOf(root, unit, range, lines),
      [times.map((time) => time / 1000), ...lines.map(({ values }) => [...values])],
      root,
    );
    const resized = new ResizeObserver(() => chart.setSize(sizeOf(root)));
    resized.observe(root);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [look, unit, JSON.stringify([times, range, lines])]);
  return (
    <figure className="chart">
      <figcaption>
        {title}
        {lines.length > 1 &&
          lines.map(({ label, color }, index) => (
            <span key={label} className={`key ${index > 0 ? "key-dashed" : ""}`} style={{ color: `var(${color})` }}>
              <i aria-hidden="true" /> <b>{label}</b>
            </span>
          ))}
      </figcaption>
      <div className="chart-place" ref={place} aria-hidden="true" />
      <div className="unseen">
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map(({ label }) => (
                <th scope="col" key={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((time, index) => (
              <tr key={time}>
                <th scope="row">{hourOf(new Date(time))}</th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{formatted(values[index], unit)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const roundDurations = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * hour),
];

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight });

function optionsOf(root: HTMLElement, unit: MetricUnit, [from, to]: Props["range"], lines: readonly Line[]): uPlot.Options {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis: uPlot.Axis = {
    stroke: colorOf(root, "--quiet"),
    // uPlot makes the number before "px" larger on a screen of more pixels, and takes only its whole part for it.
    font: `${Math.round(0.75 * rem)}px system-ui, sans-serif`,
    grid: { stroke: colorOf(root, "--line"), width: 1 },
    ticks: { show: false },
  };
  const clock: uPlot.Axis = {
    ...axis,
    grid: { show: false },
    size: 1.75 * rem,
    gap: rem / 2,
    values: (_, times) => times.map((at) => hourOf(new Date(at * 1000))),
  };
  const amount: uPlot.Axis = {
    ...axis,
    size: 4 * rem,
    space: 2 * rem,
    ...(unit === "MILLISECONDS" ? { incrs: roundDurations } : {}),
    values: (_, values) => values.map((value) => formatted(value, unit)),
  };
  return {
    ...sizeOf(root),
    legend: { show: false },
    cursor: { show: false },
    padding: [rem / 2, 1.5 * rem, 0, 0],
    axes: [clock, amount],
    scales: { x: { range: [from / 1000, to / 1000] }, y: { range: (_, __, high) => [0, (high || 1) * 1.1] } },
    series: [
      {},
      ...lines.map(({ label, color }, index) => ({
        label,
        stroke: colorOf(root, color),
        width: rem / 7,
        ...(index > 0 ? { dash: [rem / 2, rem / 3] } : {}),
        points: { show: false },
      })),
    ],
  };
}

/** A canvas knows no custom properties: the colour that this one has here and now. */
function colorOf(root: HTMLElement, property: string): string {
  const probe = root.appendChild(document.createElement("i"));
  probe.style.color = `var(${property})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes whenever colours or sizes may have changed. */
function useLook(): number {
  const [look, setLook] = useState(0);
  useEffect(() => {
    const changed = () => setLook((count) => count + 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const theme = new MutationObserver(changed);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dark.addEventListener("change", changed);
    addEventListener("resize", changed);
    return () => {
      theme.disconnect();
      dark.removeEventListener("change", changed);
      removeEventListener("resize", changed);
    };
  }, []);
  return look;
}
