import { familyOf } from "../upstream/plan.js";
import { type Question, questionKey } from "../upstream/question.js";
import type { Parent } from "./questions/parent.js";

/** What is asked as soon as an answer has told the ids. */
export interface LaterStage {
  /** The field that asks, for example Agent.keyMetrics. */
  label: string;
  /** How many questions it can become; null when nothing limits them. */
  atMost: number | null;
}

/**
 * Questions of one family about ids that an answer has yet to tell. They can be asked at once for everybody, or later for those
 * ids alone: only the plan can say which needs fewer calls.
 */
export interface StandIn {
  everybody: readonly Question[];
  /** What would be asked later, for as many ids as there can be. */
  imagined: readonly Question[];
  /** What waits for the ids where everybody is not asked. */
  stages: readonly LaterStage[];
}

/** More ids than this tell nothing more about which is cheaper. */
const mostImagined = 100;

/** Fields that ask before their ids are known, by the entities on which they stand. */
export class StandIns {
  readonly #imagined = new Map<Parent, Parent>();
  readonly #families = new Map<string, { everybody: Map<string, Question>; imagined: Map<string, Question>; stages: LaterStages }>();

  /** The same entities with ids that nobody has: as many as there can be, one where nothing is known of their number. */
  imagined(parent: Parent): Parent {
    const known = this.#imagined.get(parent);
    if (known) return known;
    const list = this.#imagined.size;
    const ids = Array.from({ length: Math.min(parent.atMost ?? 1, mostImagined) }, (_, index) => `imagined ${list}.${index}`);
    const imagined = { ...parent, ids };
    this.#imagined.set(parent, imagined);
    return imagined;
  }

  /** `later`: all that the field would ask of the imagined ids. */
  add(label: string, parent: Parent, question: Question, later: readonly Question[]): void {
    const key = familyOf(question);
    const family = this.#families.get(key) ?? { everybody: new Map(), imagined: new Map(), stages: new LaterStages() };
    this.#families.set(key, family);
    family.everybody.set(questionKey(question), question);
    for (const each of later) if (familyOf(each) === key) family.imagined.set(questionKey(each), each);
    family.stages.add(label, parent);
  }

  /** Those of them that `certain` does not hold. */
  beside(certain: ReadonlyMap<string, Question>): StandIn[] {
    return [...this.#families.values()].flatMap(({ everybody, imagined, stages }) => {
      const open = [...everybody].filter(([key]) => !certain.has(key)).map(([, question]) => question);
      return open.length === 0 ? [] : [{ everybody: open, imagined: [...imagined.values()], stages: stages.list() }];
    });
  }
}

/** Stages by the field that asks, with the sum of what they can become. */
export class LaterStages {
  readonly #stages = new Map<string, LaterStage>();

  add(label: string, { atMost }: Pick<Parent, "atMost">): void {
    const known = this.#stages.get(label)?.atMost;
    this.#stages.set(label, { label, atMost: known === null || atMost === null ? null : (known ?? 0) + atMost });
  }

  list(): LaterStage[] {
    return [...this.#stages.values()];
  }
}

/** What to ask for everybody at once, and what waits for the ids because that is expected to save calls. */
export async function decided(
  standIns: readonly StandIn[],
  savesCalls: (waiting: StandIn) => Promise<boolean>,
): Promise<{ early: Question[]; waiting: LaterStage[] }> {
  const waits = await Promise.all(standIns.map(savesCalls));
  const early = standIns.filter((_, index) => !waits[index]).flatMap(({ everybody }) => everybody);
  const waiting = new LaterStages();
  for (const { stages } of standIns.filter((_, index) => waits[index])) for (const stage of stages) waiting.add(stage.label, stage);
  return { early, waiting: waiting.list() };
}
