import type { Condition } from "../condition.js";
import type { Level } from "../thresholds.js";

type Shape = "fine" | "warning" | "critical" | "stale" | "failed" | "empty";

/** Shapes that differ without their colours, too. Drawn here, because not every screen's fonts have such characters. */
const shapes: Record<Shape, string> = {
  fine: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1m-1.2 9.9L3.9 8l1.2-1.2 1.7 1.7 4.1-4.1L12.100 5.500z",
  warning: "M8 1 .6 14.500h14.800zm-.9 4.800h1.800v4.400H7.100zm0 5.600h1.800v1.700H7.100z",
  critical: "M5 .8h6L15.200 5v6L11 15.200H5L.8 11V5zm2 2.800.2 5.400h1.600L9 3.600zm.1 6.900v1.900h1.800v-1.900z",
  stale:
    "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1m0 1.700a5.300 5.300 0 1 1 0 10.600A5.300 5.300 0 0 1 8 2.700m-.9 1.500v4.300l3 2.200 1-1.300-2.300-1.700V4.200z",
  failed:
    "M3.300 1.600 8 6.300l4.700-4.700 1.700 1.700L9.700 8l4.700 4.700-1.700 1.700L8 9.700l-4.700 4.700-1.700-1.700L6.300 8 1.600 3.300z",
  empty: "M3 7h10v2H3z",
};

export function Sign({ shape }: { shape: Shape }) {
  return (
    <svg className={`sign sign-${shape}`} viewBox="0 0 16 16" aria-hidden="true">
      <path fillRule="evenodd" d={shapes[shape]} />
    </svg>
  );
}

export const levelNames = ["fine", "warning", "critical"] as const satisfies Record<Level, Shape>;

export const shapeOf = ({ is }: Condition): Shape => (is === "fresh" ? "fine" : is === "waiting" ? "empty" : is);
