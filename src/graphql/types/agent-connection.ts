import { ObjectType } from "type-graphql";
import { Agent } from "./agent.js";
import { ConnectionOf, EdgeOf } from "./connection.js";

@ObjectType({ description: "One agent of a list." })
export class AgentEdge extends EdgeOf(Agent) {}

@ObjectType({ description: "A list of agents." })
export class AgentConnection extends ConnectionOf(Agent, AgentEdge, "As given for ids, else by id or as orderBy says.") {}
