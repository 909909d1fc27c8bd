/** A source of numbers in [0, 1); the same seed gives the same numbers for ever. */
export type Random = () => number;

/** Mulberry32: small, fast, good enough for a model of people. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seed from a text, so that accounts without a given seed still differ from each other. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return hash >>> 0;
}

/** Waiting time of a process without memory, in whole milliseconds. */
export const exponential = (random: Random, meanMs: number): number => Math.round(-Math.log(1 - random()) * meanMs);

/** A whole number from `least` to `most`, both included. */
export const between = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least + 1));

export function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new Error("Nothing to pick from an empty list.");
  return picked;
}

/** The list in an order of chance (Fisher and Yates). */
export function shuffle<T>(random: Random, list: readonly T[]): T[] {
  const shuffled = [...list];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const at = between(random, 0, last);
    [shuffled[at], shuffled[last]] = [shuffled[last]!, shuffled[at]!];
  }
  return shuffled;
}
