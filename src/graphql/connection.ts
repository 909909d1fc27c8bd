import { createHash } from "node:crypto";
import { type ClassType, Directive, Field, Int, ObjectType } from "type-graphql";
import { z } from "zod";
import { badInput } from "../errors.js";
import { canonical } from "../upstream/question.js";
import { checkedNumber } from "./bounds.js";
import { DateTime } from "./scalars.js";

/** How many entries a page has at most, and where `first` is left out. */
export interface PageBounds {
  most: number;
  unlessGiven: number;
}

export const entityPage: PageBounds = { most: 500, unlessGiven: 50 };
export const intervalPage: PageBounds = { most: 5000, unlessGiven: 500 };

export interface PagingArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** Which part of which list a client wants. */
export interface PageRequest {
  /** Digest of the list; worked out when a cursor needs it. */
  list: () => string;
  first: number;
  after: Cursor | null;
}

/**
 * Binds the page to its list: the field, the object on which it stands and every other argument. Throws BAD_USER_INPUT for a page out of
 * bounds and a cursor of another list. Of many objects at once (the outline) no cursor can be checked: the resolver of each does.
 */
export function pageRequest(
  field: string,
  { account, ids }: { account: string; ids: readonly string[] | null },
  { first, after, ...rest }: PagingArguments,
  bounds: PageBounds,
): PageRequest {
  const list = (): string => {
    const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
    return digestOf(canonical([field, account, ids, Object.fromEntries(given)]));
  };
  const cursor = typeof after === "string" ? decodeCursor(after) : null;
  if (cursor && ids?.length === 1 && cursor.list !== list()) throw foreignCursor(String(after));
  return { list, first: checkedNumber("first", first ?? bounds.unlessGiven, 1, bounds.most), after: cursor };
}

/** A list in its order, as far as it has been read. */
export interface OrderedList<N> {
  nodes: readonly N[];
  /** Unlike for any two nodes. */
  keyOf(node: N): readonly string[];
  /**
   * keys: the order is that of the keys, so a position outlives its node. given: the order of an argument.
   * figures: the order changes with the figures, so a position holds only while the same nodes come before it.
   */
  order: "keys" | "given" | "figures";
  /** Length of the whole list; null when only `nodes` are known. */
  totalCount: number | null;
}

/** One page of a list. `totalCount` is null when knowing it would cost calls. */
export interface Page<N> {
  readonly nodes: readonly N[];
  /** The cursor of the node at this index of the page. */
  cursorAt(index: number): string;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | null;
}

/** The page that was asked for. Throws BAD_USER_INPUT for a cursor whose place in the list is gone. */
export function pageOf<N>({ list, first, after }: PageRequest, ordered: OrderedList<N>): Page<N> {
  const { nodes, keyOf, order, totalCount } = ordered;
  let digests: string[] | undefined;
  const before = (position: number): string | null => {
    if (order !== "figures") return null;
    digests ??= digestsOfPrefixes(nodes.map(keyOf));
    return digests[position - 1] ?? null;
  };
  const start = !after ? 0 : order === "figures" ? unchanged(after, before(after.position)) : startAfter(after, nodes.map(keyOf), order);
  const end = Math.min(start + first, nodes.length);
  const page = nodes.slice(start, end);
  return {
    nodes: page,
    cursorAt(index) {
      const position = start + index + 1;
      return encodeCursor({ list: list(), key: keyOf(nodes[position - 1]!), position, before: before(position) });
    },
    hasNextPage: end < (totalCount ?? nodes.length),
    hasPreviousPage: start > 0 && page.length > 0,
    totalCount,
  };
}

/** How old the knowledge is of who belongs to a list. `asOf` in epoch milliseconds. */
export interface Age {
  readonly asOf: number;
  readonly stale: boolean;
}

/** The age of a list that several answers make: that of the oldest; null without any. */
export const ageOf = (answers: readonly { reply: Pick<Age, "asOf">; stale: boolean }[]): Age | null =>
  answers.length === 0 ? null : { asOf: Math.min(...answers.map(({ reply }) => reply.asOf)), stale: answers.some(({ stale }) => stale) };

/** A page of entities. `age` is null where the ids were given. */
export interface EntityPage<N> extends Page<N> {
  readonly age: Age | null;
}

/** A page of nothing, of a list of which nothing is known. */
export const emptyPage: Page<never> = {
  nodes: [],
  cursorAt: () => "",
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: null,
};

/** The position, if the same nodes as then come before it. */
function unchanged(after: Cursor, before: string | null): number {
  if (before === after.before) return after.position;
  throw badInput("after", "a cursor of the list as it is ordered now (the figures have changed: begin again without it)", after.key.join());
}

function startAfter(after: Cursor, keys: readonly (readonly string[])[], order: "keys" | "given"): number {
  if (order === "given") return after.position;
  const next = keys.findIndex((key) => compareKeys(key, after.key) > 0);
  return next < 0 ? keys.length : next;
}

/** A position in one list, as a client carries it from page to page. */
export interface Cursor {
  /** Digest of the list: its field, its parent and its arguments. */
  list: string;
  /** Key of the last node before the position. */
  key: readonly string[];
  /** How many nodes come before the position. */
  position: number;
  /** Digest of the keys before the position, of a list whose order changes with its figures; null of every other list. */
  before: string | null;
}

const cursorShape = z.tuple([z.string(), z.array(z.string()).min(1), z.int().min(1), z.string().nullable()]);

const encodeCursor = ({ list, key, position, before }: Cursor): string =>
  Buffer.from(JSON.stringify([list, key, position, before])).toString("base64url");

/** Throws BAD_USER_INPUT for what no list of the gateway has given out. */
function decodeCursor(text: string): Cursor {
  const parsed = cursorShape.safeParse(jsonOf(text));
  if (!parsed.success) throw foreignCursor(text);
  const [list, key, position, before] = parsed.data;
  return { list, key, position, before };
}

const foreignCursor = (text: string) => badInput("after", "a cursor of this list with these arguments", text);

/** Short digest of a text; equal texts have equal digests. */
const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

/** Digests of the sets of the first one, two, … keys: independent of the order within, and as cheap as one look at each key. */
function digestsOfPrefixes(keys: readonly (readonly string[])[]): string[] {
  let sum = 0n;
  return keys.map((key) => {
    sum = BigInt.asUintN(64, sum + createHash("sha256").update(JSON.stringify(key)).digest().readBigUInt64BE());
    return sum.toString(36);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    // Not JSON: a text that the gateway never gave out. The shape refuses it.
    return undefined;
  }
}

const digits = /^-?\d+$/;

/** A total order of ids: by number where both are numbers, numbers first, else by text. */
export function compareIds(a: string, b: string): number {
  const numeric = digits.test(a);
  if (numeric !== digits.test(b)) return numeric ? -1 : 1;
  const difference = numeric ? BigInt(a) - BigInt(b) : 0n;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A total order of keys: part by part as ids, a key before those that begin with it. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.slice(0, b.length).entries()) {
    const difference = compareIds(part, b[index]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** An order of figures: null last in both directions. */
export function compareFigures(a: number | null, b: number | null, direction: "ASC" | "DESC"): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return direction === "ASC" ? a - b : b - a;
}

/** The ids by a figure of each: those without one last in both directions, ties by id. */
export function orderedByFigure(
  ids: Iterable<string>,
  figureOf: (id: string) => number | null | undefined,
  direction: "ASC" | "DESC",
): string[] {
  const figures = new Map([...ids].map((id) => [id, figureOf(id) ?? null]));
  return [...figures]
    .sort(([a, figureA], [b, figureB]) => compareFigures(figureA, figureB, direction) || compareIds(a, b))
    .map(([id]) => id);
}

@ObjectType({ simpleResolvers: true, description: "Where a page stands in its list." })
@Directive("@shareable")
export class PageInfo {
  @Field(() => Boolean, { description: "True when the list goes on after this page." })
  readonly hasNextPage: boolean;
  @Field(() => Boolean, { description: "True when the list has something before this page." })
  readonly hasPreviousPage: boolean;

  constructor(private readonly page: Page<unknown>) {
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
  }

  @Field(() => String, { nullable: true, description: "Cursor of the first edge. Null when the page is empty." })
  get startCursor(): string | null {
    return this.page.nodes.length === 0 ? null : this.page.cursorAt(0);
  }

  @Field(() => String, { nullable: true, description: "Cursor of the last edge, for `after`. Null when the page is empty." })
  get endCursor(): string | null {
    const { length } = this.page.nodes;
    return length === 0 ? null : this.page.cursorAt(length - 1);
  }
}

/** Base class of the edge type over the node type. */
export function EdgeOf<N extends object>(Node: ClassType<N>) {
  @ObjectType({ simpleResolvers: true })
  abstract class EdgeBase {
    constructor(
      private readonly page: Page<N>,
      private readonly index: number,
    ) {}

    @Field(() => String, { description: "Position after the node, for `after`. Opaque, and of this list alone." })
    get cursor(): string {
      return this.page.cursorAt(this.index);
    }

    @Field(() => Node, { description: "The entry itself." })
    get node(): N {
      return this.page.nodes[this.index]!;
    }
  }
  return EdgeBase;
}

/** Base class of the connection type over the node type and its edge type. Cursors are worked out where they are selected. */
export function ConnectionOf<N extends object, E>(Node: ClassType<N>, NodeEdge: new (page: Page<N>, index: number) => E, order: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class ConnectionBase {
    @Field(() => [Node], { description: `The entries of this page. ${order}` })
    readonly nodes: readonly N[];

    constructor(private readonly page: Page<N>) {
      this.nodes = page.nodes;
      this.totalCount = page.totalCount;
    }

    @Field(() => [NodeEdge], { description: "The entries of this page with their cursors." })
    get edges(): E[] {
      return this.page.nodes.map((_, index) => new NodeEdge(this.page, index));
    }

    @Field(() => PageInfo, { description: "Where this page stands in the list." })
    get pageInfo(): PageInfo {
      return new PageInfo(this.page);
    }

    @Field(() => Int, { nullable: true, description: "Length of the whole list. Null when knowing it would cost more calls." })
    readonly totalCount: number | null;
  }
  return ConnectionBase;
}

const notAsked = "Null where ids were given: then the platform was not asked who belongs to the list.";

/** Base class of the connection type of an entity: it tells the age of its membership too. */
export function EntityConnectionOf<N extends object, E>(
  Node: ClassType<N>,
  NodeEdge: new (page: Page<N>, index: number) => E,
  order: string,
) {
  @ObjectType({ simpleResolvers: true })
  abstract class EntityConnectionBase extends ConnectionOf(Node, NodeEdge, order) {
    readonly #age: Age | null;

    constructor(page: EntityPage<N>) {
      super(page);
      this.#age = page.age;
    }

    @Field(() => DateTime, { nullable: true, description: `When the platform was asked who belongs to the list. ${notAsked}` })
    get asOf(): Date | null {
      return this.#age && new Date(this.#age.asOf);
    }

    @Field(() => Boolean, {
      nullable: true,
      description: `True when that answer is older than its time to live: ten minutes for lists, that of the figures where figures order the list. ${notAsked}`,
    })
    get stale(): boolean | null {
      return this.#age?.stale ?? null;
    }
  }
  return EntityConnectionBase;
}
