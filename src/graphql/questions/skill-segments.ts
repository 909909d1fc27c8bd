import { idSet, type SkillSegmentsQuestion, type UserType } from "../../upstream/question.js";
import type { Asker } from "../context.js";
import type { Selection } from "../selection.js";
import { idsOfOneUrl, type ListArgument, namesNothing } from "./bounds.js";
import type { Asks, Parent } from "./parent.js";
import { segmentParts } from "./segment-parts.js";
import { segmentMinutes } from "./windows.js";

export interface SkillSegmentsArguments {
  lastMinutes: number;
  userType: UserType;
}

/** ContactCenter.skillSegments: the platform's own total. */
export const totalOfSkills: Asks<SkillSegmentsArguments & { skillIds?: ListArgument }, SkillSegmentsQuestion> = (
  parent,
  args,
  selection,
  asker,
) => {
  const skills = idsOfOneUrl("skillIds", args.skillIds) ?? "all";
  const questions = segments(parent, args, selection, asker, { of: "total", skills });
  return namesNothing(args.skillIds) ? null : questions;
};

/** Skill.segments: the skills' rows, those of all skills when the list is not read yet. */
export const rowsOfSkills: Asks<SkillSegmentsArguments, SkillSegmentsQuestion> = (parent, args, selection, asker) => {
  const questions = segments(parent, args, selection, asker, { of: "rows", skills: parent.ids ? idSet(parent.ids) : "all" });
  return parent.ids?.length === 0 ? [] : questions;
};

function segments(
  { account }: Parent,
  { lastMinutes, userType }: SkillSegmentsArguments,
  selection: Selection,
  { credential }: Asker,
  set: Pick<SkillSegmentsQuestion, "of" | "skills">,
): SkillSegmentsQuestion[] {
  const parts = segmentParts(selection, segmentMinutes(lastMinutes));
  return parts ? [{ api: "skill-segments", account, credential, lastMinutes, everyMinutes: parts.everyMinutes, userType, ...set }] : [];
}
