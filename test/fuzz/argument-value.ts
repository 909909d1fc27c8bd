import fc, { type GeneratorValue } from "fast-check";
import { type GraphQLInputType, type GraphQLNamedInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from "graphql";

/** Ids that the platform knows, and instants around its now. */
export interface Known {
  ids: readonly string[];
  /** Epoch ms. */
  now: number;
}

const minuteMs = 60_000;
const whole = [-2147483648, -1, 0, 1, 4, 5, 7, 15, 30, 60, 61, 1440, 1441, 20160, 20161, 500, 501, 5000, 2147483647];
const strangeIds = [
  "0",
  "-1",
  "-0",
  "00",
  "all",
  "ALL",
  "",
  " ",
  "1,2",
  "null",
  "__proto__",
  "日本",
  "\u0000",
  "𝒳",
  "1".repeat(20),
  "x".repeat(5000),
];
const texts = ["", "a", "all", " All ", "a,b", "shark", "💥", "AAAA", "eyJhIjoxfQ==", "x".repeat(65), '"}{', "\\u0000\n"];
const minutesAgo = [0, 1, 14, 15, 60, 1439, 1441, 2880, 20_159, 20_200, -1, -600, 1e7];

/** A value that the type admits, as JSON would hold it: within the bounds of its argument, on them and far beyond. */
export function argumentValue(g: GeneratorValue, type: GraphQLInputType, known: Known): unknown {
  if (isNonNullType(type)) return presentOf(g, type.ofType, known);
  return chance(g, 10) ? null : presentOf(g, type, known);
}

function presentOf(g: GeneratorValue, type: Exclude<GraphQLInputType, { kind: "nonnull" }>, known: Known): unknown {
  if (isListType(type)) return Array.from({ length: oneOf(g, 0, 1, 1, 2, 3, 40) }, () => argumentValue(g, type.ofType, known));
  const named = type as GraphQLNamedInputType;
  if (isEnumType(named)) return oneOf(g, ...named.getValues().map(({ name }) => name));
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields());
    const given = fields.filter((field) => (isNonNullType(field.type) && field.defaultValue === undefined ? true : chance(g, 50)));
    return Object.fromEntries(given.map((field) => [field.name, argumentValue(g, field.type, known)]));
  }
  switch (named.name) {
    case "Int":
      return oneOf(g, ...whole);
    case "Float":
    case "Milliseconds":
      return oneOf(g, 0, -1.5, 1e300, 60_000);
    case "Boolean":
      return chance(g, 50);
    case "ID":
      return chance(g, 70) ? oneOf(g, ...known.ids) : oneOf(g, ...strangeIds);
    case "DateTime":
      return new Date(known.now - oneOf(g, ...minutesAgo) * minuteMs).toISOString();
    case "_Any":
      return {
        __typename: oneOf(g, "Agent", "Skill", "ContactCenter", "Conversation", "Nothing", "__proto__"),
        accountId: "demo",
        id: oneOf(g, ...known.ids, ...strangeIds),
      };
    default:
      return oneOf(g, ...texts);
  }
}

export const chance = (g: GeneratorValue, percent: number): boolean => g(fc.integer, { min: 1, max: 100 }) <= percent;

/** By its place: fast-check compares what generators are given, and a schema has no end. */
export const oneOf = <T>(g: GeneratorValue, ...choices: readonly T[]): T => choices[g(fc.nat, { max: choices.length - 1 })]!;
