import { Directive, Field, ID, ObjectType } from "type-graphql";
import { ContactCenter } from "./contact-center.js";

@ObjectType({
  simpleResolvers: true,
  description: "One agent, human or bot. An id that was never seen is an agent whose metrics are null.",
})
@Directive('@key(fields: "accountId id")')
export class Agent {
  @Field(() => ID, { description: "The agent's id at the platform: digits, with a minus sign in front for the platform's own." })
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
