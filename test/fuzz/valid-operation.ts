import fc, { type Arbitrary, type GeneratorValue } from "fast-check";
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isUnionType,
} from "graphql";
import { argumentValue, chance, type Known, oneOf } from "./argument-value.js";

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** Operations that the schema admits: deep and wide, with fragments, aliases, directives and variables, arguments of any value. */
export const validOperation = (schema: GraphQLSchema, known: Known): Arbitrary<Operation> =>
  fc.gen().map((g) => new Writing(g, schema, known).operation());

const deepest = 9;

class Writing {
  readonly #variables = new Map<string, { type: GraphQLInputType; value: unknown }>();
  readonly #fragments: string[] = [];
  #left: number;
  #names = 0;

  constructor(
    private readonly g: GeneratorValue,
    private readonly schema: GraphQLSchema,
    private readonly known: Known,
  ) {
    this.#left = oneOf(g, 3, 10, 40, 120);
  }

  operation(): Operation {
    const selections = this.#selections(this.schema.getQueryType()!, 1);
    const variables = [...this.#variables];
    const declared = variables.map(([name, { type }]) => `$${name}: ${type}`).join(", ");
    return {
      query: [`query Fuzzed${declared && `(${declared})`} ${selections}`, ...this.#fragments].join("\n"),
      variables: Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
    };
  }

  #selections(type: GraphQLCompositeType, depth: number): string {
    const count = this.g(fc.integer, { min: 1, max: depth === 1 ? 3 : 6 });
    const parts = Array.from({ length: count }, () => this.#selection(type, depth));
    return `{ ${parts.join(" ")} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    if (depth < deepest && chance(this.g, 12)) return this.#fragment(type, depth);
    if (isUnionType(type)) return chance(this.g, 20) ? "__typename" : this.#onMember(type, depth);
    if (isAbstractType(type) && chance(this.g, 30)) return this.#onMember(type, depth);
    if (chance(this.g, 5)) return `${this.#name("t")}: __typename${this.#directives()}`;
    const fields = Object.values(type.getFields()).filter((field) => depth < deepest || !isCompositeType(getNamedType(field.type)));
    if (fields.length === 0) return "__typename";
    return this.#field(oneOf(this.g, ...fields), depth);
  }

  #onMember(type: GraphQLCompositeType, depth: number): string {
    if (!isAbstractType(type)) return "__typename";
    const member = oneOf(this.g, ...this.schema.getPossibleTypes(type));
    return `... on ${member.name}${this.#directives()} ${this.#selections(member, depth)}`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    if (chance(this.g, 50)) return `... on ${type.name}${this.#directives()} ${this.#selections(type, depth + 1)}`;
    const name = this.#name("F");
    this.#fragments.push(`fragment ${name} on ${type.name} ${this.#selections(type, depth + 1)}`);
    return `...${name}${this.#directives()}${chance(this.g, 30) ? ` ...${name}` : ""}`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    this.#left -= 1;
    const inner = isCompositeType(type) ? ` ${this.#left > 0 ? this.#selections(type, depth + 1) : "{ __typename }"}` : "";
    return `${this.#name("a")}: ${field.name}${this.#arguments(field.args)}${this.#directives()}${inner}`;
  }

  #arguments(args: readonly GraphQLArgument[]): string {
    const given = args.filter((argument) => isRequiredArgument(argument) || chance(this.g, 35));
    const written = given.map((argument) => `${argument.name}: ${this.#value(argument.type)}`);
    return written.length > 0 ? `(${written.join(", ")})` : "";
  }

  #value(type: GraphQLInputType): string {
    const value = argumentValue(this.g, type, this.known);
    if (chance(this.g, 60)) return literal(value, type);
    const name = this.#name("v");
    this.#variables.set(name, { type, value });
    return `$${name}`;
  }

  #directives(): string {
    if (!chance(this.g, 8)) return "";
    return ` @${oneOf(this.g, "skip", "include")}(if: ${this.#value(this.schema.getDirective("skip")!.args[0]!.type)})`;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }
}

/** A value as GraphQL writes it: JSON, but for the names of enum values and of fields. */
function literal(value: unknown, type: GraphQLInputType | undefined): string {
  const plain = type && getNullableType(type);
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, isListType(plain) ? plain.ofType : undefined)).join(", ")}]`;
  if (typeof value === "string" && isEnumType(plain)) return value;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = isInputObjectType(plain) ? plain.getFields() : {};
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${literal(each, fields[name]?.type)}`)
    .join(", ")} }`;
}
