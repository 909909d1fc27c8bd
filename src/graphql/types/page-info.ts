import { Directive, Field, ObjectType } from "type-graphql";

@ObjectType({ simpleResolvers: true, description: "Where a page stands in its list." })
@Directive("@shareable")
export class PageInfo {
  @Field(() => Boolean, { description: "True when the list goes on after this page." })
  readonly hasNextPage: boolean;
  @Field(() => Boolean, { description: "True when the list has something before this page." })
  readonly hasPreviousPage: boolean;
  @Field(() => String, { nullable: true, description: "Cursor of the first edge. Null when the page is empty." })
  readonly startCursor: string | null;
  @Field(() => String, { nullable: true, description: "Cursor of the last edge, for `after`. Null when the page is empty." })
  readonly endCursor: string | null;

  constructor(page: Omit<PageInfo, "startCursor" | "endCursor">, edges: readonly { readonly cursor: string }[]) {
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.startCursor = edges[0]?.cursor ?? null;
    this.endCursor = edges.at(-1)?.cursor ?? null;
  }
}
