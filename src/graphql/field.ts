import { getNullableType, isListType } from "graphql";
import { Args, type ClassType, FieldResolver, Resolver } from "type-graphql";
import { GatewayError } from "../errors.js";
import type { Answered, AnswerTo, Question } from "../upstream/question.js";
import { type PageBounds, type PageRequest, type PagingArguments, pageRequest } from "./connection.js";
import type { Asker, GatewayContext } from "./context.js";
import type { FieldInfo } from "./executor.js";
import type { Selection } from "./selection.js";
import { type ArgumentSpec, type ArgumentsOf, argumentsClass } from "./types/arguments.js";
import { type Origin, one, type Parent } from "./types/entities.js";

/** An entity as a resolver meets it: the account itself has no id of its own. */
export interface Entity {
  readonly accountId: string;
  readonly id?: string;
  readonly origin?: Origin;
}

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

/** row: its row is in the answers. Else the id of the entity that a question is about; null: a question about all. */
type Each<Q extends Question = never> = "row" | ((question: Q) => string | null);

/** How a field looks in the schema. */
interface Face {
  type: () => object;
  description: string;
  args?: ArgumentSpec;
  /** Weight in a router's demand control; left out: 1. */
  cost?: number;
  /** How long a list without pages is taken to be. */
  size?: number;
  /** What to use in its place; left out: it stays. */
  deprecated?: string;
}

/** A field as outline, resolver and schema know it. */
export interface DeclaredField extends Face {
  page?: (args: never) => PageBounds;
  asks?: Asks<never, Question, never>;
  /** How an entity finds its own among what was asked for its siblings together; left out: the answers are the same for all. */
  each?: Each;
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
  each?: Each<Q>;
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

/** A field that leads to the one entity whose id its arguments hold. `idIn` throws BAD_USER_INPUT and FORBIDDEN. */
export const named = <E, S extends ArgumentSpec>(
  Entity: new (account: string, id: string) => E,
  { idIn, ...face }: Omit<Face, "type"> & { args: S; idIn: (args: ArgumentsOf<S>, asker: Asker) => string },
): DeclaredField =>
  known<Entity, S>({
    ...face,
    type: () => Entity,
    leads: ({ parent, args, asker }) => one(parent.account, idIn(args, asker)),
    value: ({ accountId }, args, context) => new Entity(accountId, idIn(args, context)),
  });

/** The page that a field is asked for; undefined of a field without pages. Throws BAD_USER_INPUT. */
export const pageAsked = (
  label: string,
  { page }: Pick<DeclaredField, "page">,
  parent: Parent,
  args: PagingArguments,
): PageRequest | undefined => page && pageRequest(label, parent, args, page(args as never));

/**
 * Resolves the field of this label, for example Agent.segments. The first of the siblings asks the questions of all; each reads its value
 * from their answers, at once where they are there. Null, or an empty list, when the field means nothing.
 */
export function resolverOf(label: string, { asks, read, each, page: pageOf, value }: DeclaredField): ResolveField {
  if (!asks || !read) return (source, args, context) => value?.(source as never, args as never, context);

  const ask = (parent: Parent, args: object, page: PageRequest | undefined, context: GatewayContext, info: Told): AskedField => {
    try {
      const planned = context.planned.find(label, info.fieldNodes, parent);
      const asked = planned !== undefined ? planned : asks({ parent, args, page, selection: info.selection, asker: context } as never);
      return { context, answers: answersTo(asked, context), latest: null };
    } catch (error) {
      return { context, refusal: error, latest: null };
    }
  };

  const valueFrom = (answers: Answers | null, asked: AskedField, reading: Reading<object, Question, unknown>, { returnType }: Told) => {
    const own = answers && answersFor(reading.id, answers, asked, each, reading.context);
    if (!own) return isListType(getNullableType(returnType)) ? [] : null;
    reading.answers = own;
    return read(reading as never);
  };

  return (source, args, context, info) => {
    const { accountId: account, id = account, origin = unrelated } = source;
    const { siblings, naming } = origin;
    const page = pageOf && pageAsked(label, { page: pageOf }, one(account, id), args);
    const known = siblings?.asked<AskedField>(info.fieldNodes);
    // Two requests that hold the same siblings never read what the other was answered.
    const asked = known?.context === context ? known : ask(siblings ?? alone(account, id, naming), args, page, context, info);
    if (asked !== known) siblings?.asks(info.fieldNodes, asked);
    if ("refusal" in asked) throw asked.refusal;
    const { answers } = asked;
    const reading = { account, id, origin, args, page, answers: noAnswers, context };
    if (answers instanceof Promise) return answers.then((there) => valueFrom(there, asked, reading, info));
    return valueFrom(answers, asked, reading, info);
  };
}

type Told = Pick<FieldInfo, "fieldNodes" | "returnType" | "selection">;
type ResolveField = (source: Entity, args: object, context: GatewayContext, info: Told) => unknown;

/** Of an entity that a query names by its id. */
const unrelated: Origin = {};

const noAnswers: readonly Answer<Question>[] = [];

const alone = (account: string, id: string, naming: Origin["naming"]): Parent =>
  naming ? { ...one(account, id), named: true } : one(account, id);

/** What came of asking for a field in one request: once for all siblings. */
type AskedField = { readonly context: GatewayContext; latest: Latest | null } & (
  | { answers: Answers | null | Promise<Answers> }
  | { refusal: unknown }
);
type Answers = readonly AnswerTo<Question>[];

/** The answer that was read last, and what it holds: it is the same for most siblings. */
interface Latest {
  readonly answered: Answered<Question>;
  readonly found: readonly Answer<Question>[];
}

/** What comes of the questions, asked together; a promise where an answer is not there yet. */
function answersTo(questions: readonly Question[] | null, context: GatewayContext) {
  if (!questions) return null;
  const answers = questions.map((question) => context.ask(question));
  return answers.some((answer) => answer instanceof Promise) ? Promise.all(answers) : (answers as AnswerTo<Question>[]);
}

/**
 * The answers for one of the siblings. Names in them are remembered, the age of figures becomes part of the age of the whole. Null when
 * the account has no interval metrics, which is no error of the directory and remembered. Throws every other GatewayError.
 */
function answersFor(
  id: string,
  answers: Answers,
  asked: AskedField,
  each: Each | undefined,
  { directoryMemory, now, freshness, holdsUntil }: GatewayContext,
): readonly Answer<Question>[] | null {
  const own = typeof each === "function" ? answersAbout(id, answers, each) : answers;
  let found: Answer<Question>[] | undefined;
  try {
    for (const answer of own) {
      const { question } = answer;
      const answered = each === "row" ? answer.of(id) : answer.whole();
      if (!answered) continue;
      if (own.length === 1 && asked.latest?.answered === answered) return asked.latest.found;
      found ??= [];
      const { reply, stale } = answered;
      directoryMemory.learn(question, reply, now());
      if (isOfFigures(question)) freshness.note(reply.asOf, stale);
      found.push({ question, reply, stale });
      if (own.length === 1) asked.latest = { answered, found };
    }
    return found ?? noAnswers;
  } catch (error) {
    const directory = own.find(({ question }) => question.api === "interval-metrics" && !isOfFigures(question));
    if (!directory || !(error instanceof GatewayError) || error.code !== "UPSTREAM_UNAUTHORIZED") throw error;
    holdsUntil(directoryMemory.noteIntervalsOff(directory.question, now()));
    return null;
  }
}

const byEntity = new WeakMap<readonly AnswerTo[], Map<string | null, AnswerTo[]>>();

/** The answers about one entity, and those about all. Answers of siblings are sorted once. */
function answersAbout(id: string, answers: readonly AnswerTo[], entityOf: Exclude<Each, "row">): readonly AnswerTo[] {
  const known = byEntity.get(answers) ?? new Map<string | null, AnswerTo[]>();
  if (!byEntity.has(answers)) {
    for (const answer of answers) {
      const entity = entityOf(answer.question as never);
      known.set(entity, [...(known.get(entity) ?? []), answer]);
    }
    byEntity.set(answers, known);
  }
  return [...(known.get(id) ?? []), ...(known.get(null) ?? [])];
}

/** Questions for names, lists and relations say how long they are kept. */
const isOfFigures = ({ freshForMs }: Question): boolean => freshForMs === undefined;

/** Declares the fields of one type to type-graphql; `resolverOf` resolves them. */
export function declarationsOf(type: ClassType, fields: Readonly<Record<string, DeclaredField>>): ClassType {
  class DeclaredFields {}
  const { prototype } = DeclaredFields;
  for (const [label, { type: getType, description, deprecated, args }] of Object.entries(fields)) {
    const [owner, name = ""] = label.split(".");
    if (owner !== type.name) continue;
    const deprecation = deprecated === undefined ? {} : { deprecationReason: deprecated };
    FieldResolver(getType, { nullable: true, description, ...deprecation })(prototype, name, {});
    const Arguments = args && argumentsClass(args);
    if (Arguments) Args(() => Arguments)(prototype, name, 0);
  }
  Resolver(() => type)(DeclaredFields);
  return DeclaredFields;
}
