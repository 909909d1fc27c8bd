import { Directive, Field, ID, ObjectType } from "type-graphql";

@ObjectType({ simpleResolvers: true, description: "A LivePerson account (site): the scope of every id and every metric." })
@Directive('@key(fields: "accountId")')
export class ContactCenter {
  @Field(() => ID, { description: "The account's id at the platform." })
  readonly accountId: string;

  constructor(accountId: string) {
    this.accountId = accountId;
  }
}
