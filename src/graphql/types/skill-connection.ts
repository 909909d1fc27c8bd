import { ObjectType } from "type-graphql";
import { ConnectionOf, EdgeOf } from "./connection.js";
import { Skill } from "./skill.js";

@ObjectType({ description: "One skill of a list." })
export class SkillEdge extends EdgeOf(Skill) {}

@ObjectType({ description: "A list of skills." })
export class SkillConnection extends ConnectionOf(Skill, SkillEdge, "As given for ids, else by id or as orderBy says.") {}
