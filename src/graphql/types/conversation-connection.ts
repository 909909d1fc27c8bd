import { ObjectType } from "type-graphql";
import { ConnectionOf, EdgeOf } from "./connection.js";
import { Conversation } from "./conversation.js";

@ObjectType({ description: "One conversation of a list." })
export class ConversationEdge extends EdgeOf(Conversation) {}

@ObjectType({ description: "A list of conversations." })
export class ConversationConnection extends ConnectionOf(Conversation, ConversationEdge, "By their first interval, then by id.") {}
