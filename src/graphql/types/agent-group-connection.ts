import { ObjectType } from "type-graphql";
import { AgentGroup } from "./agent-group.js";
import { ConnectionOf, EdgeOf } from "./connection.js";

@ObjectType({ description: "One agent group of a list." })
export class AgentGroupEdge extends EdgeOf(AgentGroup) {}

@ObjectType({ description: "A list of agent groups." })
export class AgentGroupConnection extends ConnectionOf(AgentGroup, AgentGroupEdge, "As given for ids, else by id or as orderBy says.") {}
