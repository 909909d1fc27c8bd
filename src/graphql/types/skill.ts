import { Directive, Field, ID, ObjectType } from "type-graphql";
import { ContactCenter } from "./contact-center.js";

@ObjectType({
  simpleResolvers: true,
  description: "One skill: what conversations are routed by. An id that was never seen is a skill whose metrics are null.",
})
@Directive('@key(fields: "accountId id")')
export class Skill {
  @Field(() => ID, { description: "The skill's id at the platform: digits; -1 stands for unassigned." })
  readonly id: string;
  @Field(() => ID, { description: "The account to which the id belongs: ids repeat between accounts." })
  readonly accountId: string;
  @Field(() => ContactCenter, { description: "The account as the scope of everything else." })
  readonly contactCenter: ContactCenter;

  constructor(accountId: string, id: string) {
    this.id = id;
    this.accountId = accountId;
    this.contactCenter = new ContactCenter(accountId);
  }
}
