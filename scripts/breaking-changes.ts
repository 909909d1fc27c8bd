import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  findBreakingChanges,
  type GraphQLSchema,
  Kind,
  parse,
  print,
} from "graphql";

/** Directives of federation on which a supergraph rests: without one of them it no longer composes, or asks otherwise. */
const composed = ["key", "shareable"];

/**
 * Every change from one text of the subgraph to another that can break a client's operation or a router's supergraph, one sentence each.
 * Empty when none can.
 */
export function breakingChanges(before: string, after: string): string[] {
  const [old, present] = [parse(before), parse(after)];
  const ofTypes = findBreakingChanges(schemaOf(old), schemaOf(present)).map(({ description }) => description);
  const kept = new Set(composedDirectives(present));
  return [...ofTypes, ...composedDirectives(old).flatMap((applied) => (kept.has(applied) ? [] : `${applied} was removed.`))];
}

/** The version that the next release must have at least. */
export const leastVersion = (release: string, breaks: readonly string[]): string =>
  breaks.length > 0 ? `${Number(release.split(".")[0]) + 1}.0.0` : release;

/** Whether a version is another one or a later one; both as major.minor.patch. */
export function isAtLeast(version: string, least: string): boolean {
  const [own, other] = [version, least].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const differing = own.findIndex((part, index) => part !== other[index]);
  return differing < 0 || own[differing]! > other[differing]!;
}

/** The text uses directives of federation that it does not define. */
const schemaOf = (document: DocumentNode): GraphQLSchema => buildASTSchema(document, { assumeValidSDL: true });

/** For example `@key(fields: "accountId id") of Agent`. */
const composedDirectives = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION
      ? (node.directives ?? []).filter(isComposed).map((directive) => `${print(directive)} of ${node.name.value}`)
      : [],
  );

const isComposed = ({ name }: ConstDirectiveNode): boolean => composed.includes(name.value);
