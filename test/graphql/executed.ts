import { type ExecutionResult, parse, validate } from "graphql";
import { executorOf } from "../../src/graphql/executor.js";
import { behaviour } from "../../src/graphql/fields.js";
import { type Outline, outline } from "../../src/graphql/outline.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { questionKey } from "../../src/upstream/question.js";
import type { ByHand } from "./platform-by-hand.js";

export const { schema } = await buildGatewaySchema(behaviour);

const execute = executorOf(schema);

type Variables = Record<string, unknown>;

/** A valid operation as Apollo would hand it on. */
export function operation(source: string, variables: Variables = {}, operationName: string | null = null) {
  const document = parse(source);
  const errors = validate(schema, document);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return { document, variables, operationName };
}

/** All that can be asked before execution: for ids that no answer has named yet, for everybody. */
export function outlined(context: ByHand, source: string, variables?: Variables): Pick<Outline, "questions" | "later"> {
  const { questions, speculative, later } = outline(schema, operation(source, variables), context);
  const asked = [...questions, ...speculative.flatMap(({ everybody }) => everybody)];
  return { questions: [...new Map(asked.map((question) => [questionKey(question), question])).values()], later };
}

/** Executes without an outline before it, so that every question is a resolver's own. */
export async function executed(context: ByHand, source: string, variables?: Variables): Promise<ExecutionResult> {
  const { document, variables: variableValues } = operation(source, variables);
  return await execute({ document, operationName: null, variables: variableValues, context, values: 1 });
}

/** The answer's contact centre; fails when there are errors. */
export async function contactCenter(context: ByHand, fields: string, variables?: Variables): Promise<Record<string, unknown>> {
  const { data, errors } = await executed(context, `{ contactCenter { ${fields} } }`, variables);
  if (errors) throw new Error(errors.join("\n"));
  return (data as { contactCenter: Record<string, unknown> }).contactCenter;
}

/** The one error of an answer, with its path as text. */
export async function refusal(context: ByHand, fields: string): Promise<{ message: string; code: unknown; path: string }> {
  const { errors = [] } = await executed(context, `{ contactCenter { ${fields} } }`);
  if (errors.length !== 1) throw new Error(`Expected one error, got ${errors.length}: ${errors.join("; ")}`);
  const [{ message, extensions, path }] = errors as [(typeof errors)[number]];
  return { message, code: extensions.code, path: (path ?? []).join(".") };
}
