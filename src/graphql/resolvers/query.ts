import { Args, Ctx, Query, Resolver } from "type-graphql";
import { accountMeant } from "../contact-centers.js";
import type { GatewayContext } from "../context.js";
import { ContactCenter } from "../types/contact-center.js";
import { QueryContactCenterArguments } from "../types/query-arguments.js";

@Resolver()
export class QueryResolver {
  @Query(() => ContactCenter, {
    nullable: true,
    description: "One contact centre. Without an id: the only one the caller may read; several and no id is BAD_USER_INPUT.",
  })
  contactCenter(
    @Args(() => QueryContactCenterArguments) { accountId }: QueryContactCenterArguments,
    @Ctx() context: GatewayContext,
  ): ContactCenter {
    return new ContactCenter(accountMeant(context, accountId));
  }

  @Query(() => [ContactCenter], { description: "Every account this caller may read." })
  contactCenters(@Ctx() { accounts }: GatewayContext): ContactCenter[] {
    return accounts.map(({ id }) => new ContactCenter(id));
  }
}
