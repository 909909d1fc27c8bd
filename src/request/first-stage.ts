import { type LaterStage, LaterStages, type Outline, type Speculation } from "../graphql/outline.js";
import { type Scope, scopeOf } from "../upstream/planning/scope.js";
import { type Question, questionKey } from "../upstream/question.js";

export interface FirstStage {
  /** Asked before execution. */
  questions: Question[];
  /** What is asked when answers have told the ids. */
  later: LaterStage[];
}

export interface FirstStageOptions {
  /** As this request may ask them; without those that it may not. */
  scoped: (questions: readonly Question[]) => Question[];
  /** Exchanges that questions are expected to need. */
  cost: (questions: readonly Question[]) => Promise<number>;
}

/**
 * All that is certain to be asked; and where ids are not known yet, what is asked for everybody because waiting for the ids is
 * not expected to save calls. Questions that could share calls wait together or not at all.
 */
export async function firstStage({ questions, speculative, later }: Outline, { scoped, cost }: FirstStageOptions): Promise<FirstStage> {
  const certain = scoped(questions);
  const groups = byScope(speculative);

  const savesCalls = async ({ everybody, imagined }: Group): Promise<boolean> => {
    const [now, then] = [scoped([...everybody.values()]), scoped(imagined)];
    const scopes = new Set([...now, ...then].map(scopeOf));
    const beside = certain.filter((question) => scopes.has(scopeOf(question)));
    return (await cost([...beside, ...then])) < (await cost([...beside, ...now]));
  };
  const waits = await Promise.all(groups.map(savesCalls));

  const early = groups.filter((_, index) => !waits[index]).flatMap(({ everybody }) => [...everybody.values()]);
  const waiting = new LaterStages();
  for (const stage of later) waiting.add(stage);
  for (const { stages } of groups.filter((_, index) => waits[index])) for (const stage of stages) waiting.add(stage);
  return { questions: [...certain, ...scoped(early)], later: waiting.list() };
}

interface Group {
  everybody: Map<string, Question>;
  imagined: Question[];
  stages: Set<LaterStage>;
}

function byScope(speculative: readonly Speculation[]): Group[] {
  const groups = new Map<Scope, Group>();
  for (const { everybody, imagined, stage } of speculative) {
    for (const question of everybody) {
      const scope = scopeOf(question);
      const group: Group = groups.get(scope) ?? { everybody: new Map(), imagined: [], stages: new Set() };
      groups.set(scope, group);
      group.everybody.set(questionKey(question), question);
      if (!group.stages.has(stage)) group.imagined.push(...imagined.filter((other) => scopeOf(other) === scope));
      group.stages.add(stage);
    }
  }
  return [...groups.values()];
}
