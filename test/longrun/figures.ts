import type { MetricGroup } from "../../src/catalogue/metric.js";
import type { Dice } from "./dice.js";
import type { JsonObject } from "./probe.js";

type Figures = Readonly<Record<string, number>> | undefined;

/** Some of a group's fields. */
export const someFields = (dice: Dice, group: MetricGroup): string[] =>
  dice.some(
    group.inOrder.map(({ field }) => field),
    6,
  );

/** The fields of the truth's figures by the contract's null rules: -1 and averages over nothing are null, and so is what is absent. */
export function figuresOf(group: MetricGroup, fields: readonly string[], figures: Figures, segments?: string): JsonObject {
  return Object.fromEntries(
    fields.map((field) => {
      const { answer, average, seconds } = group.metrics[field]!;
      const value = figures?.[answer];
      const none = value === undefined || (average && (value === -1 || (segments !== undefined && figures?.[segments] === 0)));
      return [field, none ? null : seconds ? value * 1000 : value];
    }),
  );
}
