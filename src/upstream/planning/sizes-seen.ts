import { LRUCache } from "lru-cache";
import { rowsInSlot } from "../apis/interval-metrics/merging.js";
import type { Stored } from "../apis/merging.js";
import { mergingOf } from "./plan.js";

/** Rows in one interval of interval metrics, where none was seen: what twenty agents at work make. */
const guessedRowsInSlot = 20;

/** How large answers were, by family of questions and by the names that the merging of an API chooses for its sizes. */
export class SizesSeen {
  readonly #sizes = new LRUCache<string, number>({ max: 10_000 });

  learn(family: string, answer: Stored): void {
    for (const [name, size] of mergingOf(answer.call.api).sizes(answer)) this.#sizes.set(`${family} ${name}`, size);
  }

  readonly known = (family: string, name: string): number | undefined => this.#sizes.get(`${family} ${name}`);

  /** The same, with a guess where one page would be a bad one. */
  readonly guessed = (family: string, name: string): number | undefined =>
    this.known(family, name) ?? (name === rowsInSlot ? guessedRowsInSlot : undefined);
}
