import { Args, ArgsType, Ctx, Field, ID, Int, Resolver, Subscription } from "type-graphql";
import { checkedNumber } from "../bounds.js";
import { accountMeant, type GatewayContext } from "../context.js";
import { ContactCenter } from "../types/entities.js";

/** Bounds of `everySeconds`, both included. */
const everySecondsBounds = [2, 3600] as const;

@ArgsType()
class LiveContactCenterArguments {
  @Field(() => ID, { nullable: true, description: "Id of an account that the caller may read; may be left out when there is only one." })
  accountId?: string | null;
  @Field(() => Int, {
    defaultValue: 10,
    description: "At most one new state in so many seconds, 2 to 3600. Figures that stay fresh for longer change no sooner.",
  })
  everySeconds!: number;
}

/** Throws BAD_USER_INPUT. */
export const checkedEverySeconds = (everySeconds: number): number => checkedNumber("everySeconds", everySeconds, ...everySecondsBounds);

@Resolver()
export class SubscriptionResolver {
  /** Resolves one state. When a state is due is not decided here: the server runs the operation again for all who subscribed to it. */
  @Subscription(() => ContactCenter, {
    nullable: true,
    description:
      "The same tree as Query.contactCenter: its present state at once, then again whenever something selected has changed, and at the latest after 60 seconds or `everySeconds`, whichever is longer. Many subscribers cost the platform what one does. Comes over WebSocket (graphql-transport-ws) at /graphql.",
    subscribe: () => {
      throw new Error("A subscription is run by the server, not by graphql's subscribe.");
    },
  })
  contactCenter(
    @Args(() => LiveContactCenterArguments) { accountId, everySeconds }: LiveContactCenterArguments,
    @Ctx() context: GatewayContext,
  ): ContactCenter {
    checkedEverySeconds(everySeconds);
    return new ContactCenter(accountMeant(context, accountId));
  }
}
