import { type ClassType, Field, Int, ObjectType } from "type-graphql";
import { PageInfo } from "./page-info.js";

/** One entry of a list: `cursor` is opaque and stands for the position after `node`. */
export interface Edge<N> {
  readonly cursor: string;
  readonly node: N;
}

/** One page of a list. `totalCount` is null when knowing it would cost calls. */
export interface Page<N> {
  readonly edges: readonly Edge<N>[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
}

/** Base class of the edge type over the node type. */
export function EdgeOf<N extends object>(Node: ClassType<N>) {
  @ObjectType({ simpleResolvers: true })
  abstract class EdgeBase implements Edge<N> {
    @Field(() => String, { description: "Position after the node, for `after`. Opaque, and of this list alone." })
    readonly cursor: string;
    @Field(() => Node, { description: "The entry itself." })
    readonly node: N;

    constructor({ cursor, node }: Edge<N>) {
      this.cursor = cursor;
      this.node = node;
    }
  }
  return EdgeBase;
}

/** Base class of the connection type over the node type and its edge type. */
export function ConnectionOf<N extends object>(Node: ClassType<N>, NodeEdge: new (edge: Edge<N>) => Edge<N>, order: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class ConnectionBase {
    @Field(() => [Node], { description: `The entries of this page. ${order}` })
    readonly nodes: N[];
    @Field(() => [NodeEdge], { description: "The entries of this page with their cursors." })
    readonly edges: Edge<N>[];
    @Field(() => PageInfo, { description: "Where this page stands in the list." })
    readonly pageInfo: PageInfo;
    @Field(() => Int, { nullable: true, description: "Length of the whole list. Null when knowing it would cost more calls." })
    readonly totalCount: number | null;

    constructor(page: Page<N>) {
      this.edges = page.edges.map((edge) => new NodeEdge(edge));
      this.nodes = page.edges.map(({ node }) => node);
      this.pageInfo = new PageInfo(page, page.edges);
      this.totalCount = page.totalCount;
    }
  }
  return ConnectionBase;
}
