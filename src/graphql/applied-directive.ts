import { type GraphQLField, type GraphQLSchema, isInterfaceType, isObjectType } from "graphql";

interface Directable {
  extensions: Readonly<Record<string, unknown>>;
}

/** Applies a directive once to an element of a schema that has not been printed yet: the printer reads it from the extensions. */
export function applyDirective(element: Directable, name: string, args: Readonly<Record<string, unknown>>): void {
  const applied = element.extensions.directives as Readonly<Record<string, unknown>> | undefined;
  element.extensions = { ...element.extensions, directives: { ...applied, [name]: args } };
}

/** Every output field of the schema's own types, by its coordinate, for example Agent.segments. */
export function* outputFields(schema: GraphQLSchema): Generator<[coordinate: string, field: GraphQLField<unknown, unknown>]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
  }
}
