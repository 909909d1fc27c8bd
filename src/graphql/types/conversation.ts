import { Directive, Field, ID, ObjectType } from "type-graphql";
import { ContactCenter } from "./contact-center.js";

@ObjectType({ simpleResolvers: true, description: "One conversation. An id that was never seen is a conversation whose metrics are null." })
@Directive('@key(fields: "accountId id")')
export class Conversation {
  @Field(() => ID, { description: "The conversation's id at the platform: 1 to 64 letters, digits, hyphens and underscores." })
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
