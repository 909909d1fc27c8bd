import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NameNode,
  parse,
  print,
} from "graphql";

interface Named {
  readonly name: NameNode;
}

const directives = (nodes: readonly ConstDirectiveNode[] = []) => nodes.map((node) => ` ${print(node)}`);
const names = (nodes: readonly Named[] = []) => nodes.map(({ name }) => name.value);

const inputOf = (owner: string, { name, type, defaultValue, directives: applied }: InputValueDefinitionNode) =>
  [`${owner}${name.value}: ${print(type)}`, defaultValue ? ` = ${print(defaultValue)}` : "", ...directives(applied)].join("");

function fieldLines(owner: string, { name, type, arguments: args = [], directives: applied }: FieldDefinitionNode): string[] {
  const path = `${owner}.${name.value}`;
  return [[`${path}: ${print(type)}`, ...directives(applied)].join(""), ...args.map((argument) => inputOf(`${path} argument `, argument))];
}

function linesOf(node: DefinitionNode): string[] {
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return [
        node.kind === Kind.OBJECT_TYPE_DEFINITION ? `type ${node.name.value}` : `interface ${node.name.value}`,
        ...directives(node.directives).map((directive) => node.name.value + directive),
        ...names(node.interfaces).map((name) => `${node.name.value} implements ${name}`),
        ...(node.fields ?? []).flatMap((field) => fieldLines(node.name.value, field)),
      ];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [`input ${node.name.value}`, ...(node.fields ?? []).map((field) => inputOf(`${node.name.value}.`, field))];
    case Kind.ENUM_TYPE_DEFINITION:
      return [`enum ${node.name.value}`, ...names(node.values).map((value) => `${node.name.value}.${value}`)];
    case Kind.UNION_TYPE_DEFINITION:
      return names(node.types).map((member) => `union ${node.name.value} = ${member}`);
    case Kind.SCALAR_TYPE_DEFINITION:
      return [`scalar ${node.name.value}`];
    default:
      return [];
  }
}

/**
 * Every declaration of a schema text, one line each, sorted: types, implemented interfaces, fields, arguments, defaults,
 * nullability, enum values and applied directives. Descriptions and order are left out.
 */
export const declarations = (sdl: string): string[] => parse(sdl, { noLocation: true }).definitions.flatMap(linesOf).sort();
