import type { Question } from "../upstream/question.js";
import type { Parent } from "./questions/parent.js";

/** What is asked as soon as an answer has told the ids. */
export interface LaterStage {
  /** The field that asks, for example Agent.keyMetrics. */
  label: string;
  /** How many questions it can become; null when nothing limits them. */
  atMost: number | null;
}

/**
 * A field's questions about ids that an answer has yet to tell. They can be asked at once for everybody, or later for those ids
 * alone: only the plan can say which needs fewer calls.
 */
export interface StandIn {
  everybody: readonly Question[];
  /** What would be asked later, for as many ids as there can be. */
  imagined: readonly Question[];
  /** What waits for the ids where everybody is not asked. */
  stage: LaterStage;
}

/** More ids than this tell nothing more about which is cheaper. */
const mostImagined = 100;

/** Entities whose ids are not known, with ids that nobody has. */
export class ImaginedEntities {
  readonly #imagined = new Map<Parent, Parent>();

  /** As many ids as there can be, one where nothing is known of their number; the same for the same entities. */
  of(parent: Parent): Parent {
    const known = this.#imagined.get(parent);
    if (known) return known;
    const list = this.#imagined.size;
    const ids = Array.from({ length: Math.min(parent.atMost ?? 1, mostImagined) }, (_, index) => `imagined ${list}.${index}`);
    const imagined = { ...parent, ids };
    this.#imagined.set(parent, imagined);
    return imagined;
  }
}

/** Stages by the field that asks, with the sum of what they can become. */
export class LaterStages {
  readonly #stages = new Map<string, LaterStage>();

  add({ label, atMost }: LaterStage): void {
    const known = this.#stages.get(label)?.atMost;
    this.#stages.set(label, { label, atMost: known === null || atMost === null ? null : (known ?? 0) + atMost });
  }

  list(): LaterStage[] {
    return [...this.#stages.values()];
  }
}
