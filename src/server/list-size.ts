import { GraphQLError, type ValidationRule } from "graphql";
import type { GatewayError } from "../errors.js";
import { tooLarge } from "./operation-size.js";

const tooLong = (limit: number, length: number): GatewayError =>
  tooLarge("MAX_LIST_ITEMS", `${limit} items in a list`, `list has ${length}`);

/** Validation that reports each list written in a document that is longer than the limit. */
export const listRule =
  (limit: number): ValidationRule =>
  (context) => ({
    ListValue(node) {
      if (node.values.length <= limit) return;
      const refusal = tooLong(limit, node.values.length);
      context.reportError(new GraphQLError(refusal.message, { nodes: node, originalError: refusal }));
    },
  });

/** Throws QUERY_TOO_LARGE when a list at any depth of the variables is longer than the limit. */
export function demandListSizes(variables: Readonly<Record<string, unknown>>, limit: number): void {
  const waiting: unknown[] = [variables];
  for (let value = waiting.pop(); value !== undefined || waiting.length > 0; value = waiting.pop()) {
    if (Array.isArray(value) && value.length > limit) throw tooLong(limit, value.length);
    if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) waiting.push(inner);
  }
}
