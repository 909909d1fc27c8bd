import { z } from "zod";
import type { CallByApi } from "../call.js";
import type { ApiName, Faults, ReplyByApi } from "../question.js";

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
export const epochMs = z.number().int().nonnegative();
export const window = z.strictObject({ from: epochMs, to: epochMs });
export const minutes = z.number().int().positive();
export const idList = z.array(z.string());
export const ids = z.union([z.literal("all"), idList]);
export const userType = z.enum(["HUMAN", "BOT", "ALL"]);
export const values = z.record(z.string(), z.number().nullable());
export const rows = z.map(z.string(), values);

/** What every reply tells of its age and its faulty sections. */
export const replied = <Section extends string>() => ({
  asOf: epochMs,
  newestAskedAt: epochMs,
  faults: z.exactOptional(z.record(z.string(), z.string()) as unknown as z.ZodType<Faults<Section>>),
});
