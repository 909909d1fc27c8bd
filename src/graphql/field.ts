import { type GraphQLFieldResolver, getNullableType, isListType } from "graphql";
import { Args, type ClassType, FieldResolver, Resolver } from "type-graphql";
import { GatewayError } from "../errors.js";
import type { Answered, IntervalMetricsQuestion, KeyMetricsQuestion, Question } from "../upstream/question.js";
import { type PageBounds, type PageRequest, type PagingArguments, pageRequest } from "./connection.js";
import type { Asker, GatewayContext } from "./context.js";
import { type Selection, selectionOf } from "./selection.js";
import { type ArgumentSpec, type ArgumentsOf, argumentsClass } from "./types/arguments.js";
import type { Origin } from "./types/entities.js";

/** The entities on which a field stands: one when a resolver asks, a whole list when the outline does. */
export interface Parent {
  account: string;
  /** Null: not known before an answer names them. */
  ids: readonly string[] | null;
  /** How many entities it can be; null when nothing limits them. */
  atMost: number | null;
  /** The question that lists the entities, when it can bring figures of its entities along. */
  listed?: KeyMetricsQuestion | IntervalMetricsQuestion;
  /** True when the rows that name the entities carry their names. */
  named?: true;
}

/** The account itself, or one entity of it. */
export const one = (account: string, id: string = account): Parent => ({ account, ids: [id], atMost: 1 });

/** An entity as a resolver meets it: the account itself has no id of its own. */
export interface Entity {
  readonly accountId: string;
  readonly id?: string;
  readonly origin?: Origin;
}

const parentOf = ({ accountId, id, origin }: Entity): Parent => ({
  ...one(accountId, id),
  ...(origin?.listed && { listed: origin.listed }),
  ...(origin?.naming && { named: true }),
});

/** What a field is asked with. `page`: of a field that is declared with one. */
export interface Asking<A, P = undefined> {
  parent: Parent;
  args: A;
  page: P;
  selection: Selection;
  asker: Asker;
}

/**
 * The questions of a field. None: nothing selected needs an answer. Null: the field means nothing (an empty list was given, the account
 * has no interval metrics), so that nothing below it is resolved. Throws BAD_USER_INPUT and FORBIDDEN.
 */
export type Asks<A, Q extends Question = Question, P = undefined> = (asking: Asking<A, P>) => readonly Q[] | null;

export type Answer<Q extends Question> = Answered<Q> & { question: Q };

/** What the value of a field is read from. */
export interface Reading<A, Q extends Question, P = undefined> {
  account: string;
  /** That of the entity; the account's own of a contact centre. */
  id: string;
  /** What is known of the entity besides. */
  origin: Origin;
  args: A;
  page: P;
  /** One for each question, in order. */
  answers: readonly Answer<Q>[];
  context: GatewayContext;
}

/** How a field looks in the schema. */
interface Face {
  type: () => object;
  description: string;
  args?: ArgumentSpec;
  /** Weight in a router's demand control; left out: 1. */
  cost?: number;
  /** How long a list without pages is taken to be. */
  size?: number;
}

/** A field as outline, resolver and schema know it. */
export interface DeclaredField extends Face {
  page?: (args: never) => PageBounds;
  asks?: Asks<never, Question, never>;
  /** True when it asks nothing before the ids of its entities are known. */
  waitsForIds?: true;
  /** The entities behind the field, as far as its arguments name them. Left out: an answer does. */
  leads?: (asking: Asking<never, never> & { questions: readonly never[] }) => Parent;
  read?: (reading: Reading<never, never, never>) => unknown;
  value?: (source: never, args: never, context: GatewayContext) => unknown;
}

export type AskingField = DeclaredField & Required<Pick<DeclaredField, "asks" | "read">>;

interface Declaration<S extends ArgumentSpec, Q extends Question, P> extends Face {
  args?: S;
  asks: Asks<ArgumentsOf<S>, Q, P>;
  waitsForIds?: true;
  leads?: (asking: Asking<ArgumentsOf<S>, P> & { questions: readonly Q[] }) => Parent;
  read: (reading: Reading<ArgumentsOf<S>, Q, P>) => unknown;
}

type NoArguments = Readonly<Record<never, never>>;

/** A field that asks the platform. */
export const asking = <Q extends Question, S extends ArgumentSpec = NoArguments>(declaration: Declaration<S, Q, undefined>): AskingField =>
  declaration;

/** A list that asks the platform and has pages. */
export const paged = <Q extends Question, S extends ArgumentSpec = NoArguments>(
  declaration: Declaration<S, Q, PageRequest> & { page: (args: ArgumentsOf<S>) => PageBounds },
): AskingField => declaration;

/** A field whose value is known without asking. */
export const known = <T, S extends ArgumentSpec = NoArguments>(
  declaration: Face & {
    args?: S;
    leads?: (asking: Asking<ArgumentsOf<S>>) => Parent;
    value: (source: T, args: ArgumentsOf<S>, context: GatewayContext) => unknown;
  },
): DeclaredField => declaration;

/** The page that a field is asked for; undefined of a field without pages. Throws BAD_USER_INPUT. */
export const pageAsked = (
  label: string,
  { page }: Pick<DeclaredField, "page">,
  parent: Parent,
  args: PagingArguments,
): PageRequest | undefined => page && pageRequest(label, parent, args, page(args as never));

/**
 * Resolves the field of this label, for example Agent.segments: its questions asked, its value read from their answers. Null, or an empty
 * list, when the field means nothing.
 */
export const resolverOf =
  (label: string, declared: DeclaredField): GraphQLFieldResolver<Entity, GatewayContext> =>
  (source, args, context, info) => {
    if (!declared.asks || !declared.read) return declared.value?.(source as never, args as never, context);
    const { asks, read } = declared;
    const parent = parentOf(source);
    const page = pageAsked(label, declared, parent, args);
    const questions = asks({ parent, args, page, selection: selectionOf(info), asker: context } as never);
    if (!questions) return isListType(getNullableType(info.returnType)) ? [] : null;
    const { accountId: account, id = account, origin = {} } = source;
    const readFrom = (answers: readonly Answer<Question>[]) => read({ account, id, origin, args, page, answers, context } as never);
    if (questions.length === 0) return readFrom([]);
    return answersTo(context, questions).then((answers) => answers && readFrom(answers));
  };

/**
 * Asks the questions together; names in the answers are remembered, the age of figures becomes part of the age of the whole. Null when
 * the account has no interval metrics, which is no error of the directory and remembered. Rejects with every other GatewayError.
 */
async function answersTo(context: GatewayContext, questions: readonly Question[]): Promise<Answer<Question>[] | null> {
  const { directoryMemory, now } = context;
  try {
    return await Promise.all(
      questions.map(async (question) => {
        const { reply, stale } = await context.ask(question);
        directoryMemory.learn(question, reply, now());
        if (isOfFigures(question)) context.freshness.note(reply.asOf, stale);
        return { question, reply, stale };
      }),
    );
  } catch (error) {
    const directory = questions.find((question) => question.api === "interval-metrics" && !isOfFigures(question));
    if (!directory || !(error instanceof GatewayError) || error.code !== "UPSTREAM_UNAUTHORIZED") throw error;
    context.holdsUntil(directoryMemory.noteIntervalsOff(directory, now()));
    return null;
  }
}

/** Questions for names, lists and relations say how long they are kept. */
const isOfFigures = ({ freshForMs }: Question): boolean => freshForMs === undefined;

/** Declares the fields of one type to type-graphql; `resolverOf` resolves them. */
export function declarationsOf(type: ClassType, fields: Readonly<Record<string, DeclaredField>>): ClassType {
  class DeclaredFields {}
  const { prototype } = DeclaredFields;
  for (const [label, { type: getType, description, args }] of Object.entries(fields)) {
    const [owner, name = ""] = label.split(".");
    if (owner !== type.name) continue;
    FieldResolver(getType, { nullable: true, description })(prototype, name, {});
    const Arguments = args && argumentsClass(args);
    if (Arguments) Args(() => Arguments)(prototype, name, 0);
  }
  Resolver(() => type)(DeclaredFields);
  return DeclaredFields;
}
