import { seeded } from "../../src/simulator/random.js";

/** Choices by chance; the same seed makes the same choices. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  readonly random = (): number => this.#next();

  chance(share: number): boolean {
    return this.#next() < share;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  one<T>(...values: readonly [T, ...T[]]): T {
    return this.of(values);
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError("There is nothing to choose from.");
    return value;
  }

  /** One to `most` of the values, in their order. */
  some<T>(values: readonly T[], most = values.length): T[] {
    const wanted = 1 + this.below(Math.min(most, values.length));
    const chosen = new Set<T>();
    while (chosen.size < wanted) chosen.add(this.of(values));
    return values.filter((value) => chosen.has(value));
  }

  /** The value in one of four cases, else undefined. */
  maybe<T>(make: () => T): T | undefined {
    return this.chance(0.25) ? make() : undefined;
  }
}
