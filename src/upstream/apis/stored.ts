import { z } from "zod";
import type { CallByApi } from "../call.js";
import type { ApiName, Faults, ReplyByApi, Rows, Values } from "../question.js";

/** How the answers of an API are written where other processes read them. */
export interface StoredForm<A extends ApiName> {
  /** The reply without the indexes that `readReply` makes anew. */
  bare(reply: ReplyByApi[A]): object;
  /** Throws when the value does not have the form of a call. */
  readCall(call: unknown): CallByApi[A];
  /** The bare reply in its full form. Throws when the value does not have the form of one. */
  readReply(reply: unknown, call: CallByApi[A]): ReplyByApi[A];
}

/** The parts that forms of several APIs are made of. */
const epochMs = z.number().int().nonnegative();
export const window = z.strictObject({ from: epochMs, to: epochMs });
export const minutes = z.number().int().positive();
export const idList = z.array(z.string());
export const ids = z.union([z.literal("all"), idList]);
export const userType = z.enum(["HUMAN", "BOT", "ALL"]);

/** Most of an answer is figures. They are checked by hand, because zod takes ten times as long. */
export const isValues = (given: unknown): given is Values => {
  if (!isPlain(given)) return false;
  for (const key in given) {
    const value = given[key];
    if (value !== null && !(typeof value === "number" && Number.isFinite(value))) return false;
  }
  return true;
};

function isRows(given: unknown): given is Rows {
  if (!(given instanceof Map)) return false;
  for (const [id, row] of given) if (typeof id !== "string" || !isValues(row)) return false;
  return true;
}

/** An object that was written as one. */
export const isPlain = (given: unknown): given is Record<string, unknown> =>
  typeof given === "object" && given !== null && Object.getPrototypeOf(given) === Object.prototype;

export const values = z.custom<Values>(isValues, "figures by name");
export const rows = z.custom<Rows>(isRows, "figures by id");

/** What every reply tells of its age and its faulty sections. */
export const replied = <Section extends string>() => ({
  asOf: epochMs,
  newestAskedAt: epochMs,
  faults: z.exactOptional(z.record(z.string(), z.string()) as unknown as z.ZodType<Faults<Section>>),
});
