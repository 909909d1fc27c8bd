import type { Json } from "./probe.js";

/** One mistake makes many differences. */
const mostTold = 20;

/** Holds answers against what they must be, and counts the numbers that were found equal. */
export class Comparison {
  numbers = 0;
  readonly differences: string[] = [];

  /** Compares whole values, so that no part of the answer can stay unchecked. */
  compare(actual: Json, expected: Json, where: string): void {
    this.numbers += this.#compare(actual, expected, where);
  }

  complain(what: string): void {
    if (this.differences.length < mostTold) this.differences.push(what);
  }

  #compare(actual: Json | undefined, expected: Json | undefined, where: string): number {
    if (isBranch(actual) && isBranch(expected) && Array.isArray(actual) === Array.isArray(expected)) {
      const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
      const [left, right] = [actual, expected] as Record<string, Json>[];
      return [...names].reduce((sum, name) => sum + this.#compare(left![name], right![name], `${where} ${name}`), 0);
    }
    if (actual === expected) return typeof actual === "number" ? 1 : 0;
    this.complain(`${where} is ${short(actual)}, but the truth is ${short(expected)}`);
    return 0;
  }
}

const isBranch = (value: Json | undefined): value is object & Json => typeof value === "object" && value !== null;
const short = (value: Json | undefined): string => (JSON.stringify(value) ?? "absent").slice(0, 200);
