import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLDateTime } from "graphql-scalars";

const library = GraphQLDateTime.toConfig();

/** The texts of instants written last: many objects of an answer say the same ones. */
const written = new Map<number, string>();
const mostWritten = 500;

function textOf(instant: Date): string {
  const at = instant.getTime();
  const known = written.get(at);
  if (known !== undefined) return known;
  if (written.size >= mostWritten) written.clear();
  const text = instant.toISOString();
  written.set(at, text);
  return text;
}

/**
 * Reads RFC 3339 instants with any offset and refuses everything else; writes them in UTC with milliseconds.
 * A value is a Date inside the gateway. The library's own scalar leaves the writing to JSON.stringify.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  description:
    "An instant by RFC 3339. Answers are in UTC, for example 2024-05-01T12:00:00.000Z; inputs may have any offset, for example 2024-05-01T14:00:00+02:00.",
  serialize: (value) => textOf(library.serialize(value)),
  parseValue: library.parseValue,
  parseLiteral: library.parseLiteral,
  extensions: { codegenScalarType: "string" },
});

const duration = (value: unknown): number => {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new GraphQLError(`Milliseconds must be a finite number, but is ${String(value)}.`);
  return value;
};

/** Hands finite numbers on as they are, fractions and sums past 2^31 included; refuses everything else. */
export const Milliseconds = new GraphQLScalarType<number, number>({
  name: "Milliseconds",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-6",
  description: "A duration in milliseconds: a number of JSON. Not an Int: sums pass 2^31, averages have fractions.",
  serialize: duration,
  parseValue: duration,
  parseLiteral: (node) => duration(node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : undefined),
  // unchanged: figures were checked when they arrived, so that our executor need not serialize them.
  extensions: { codegenScalarType: "number", unchanged: true },
});
