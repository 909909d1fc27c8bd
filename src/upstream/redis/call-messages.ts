import { z } from "zod";
import { errorCodes, GatewayError } from "../../errors.js";

/** Redis' time. */
const time = z.number().positive();

/** What a call asks, as it lies in Redis. */
export const description = z.strictObject({ call: z.unknown(), sentAt: time.nullable() });

const failure = z.strictObject({
  code: z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]),
  message: z.string(),
  status: z.exactOptional(z.number().int()),
  retryAfterMs: z.exactOptional(z.number().nonnegative()),
});

/** What is published of a call. */
export const message = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("sent"), id: z.string(), at: time }),
  z.strictObject({ is: z.literal("failing"), id: z.string(), error: failure, nextTryAt: time }),
  z.strictObject({ is: z.literal("overdue"), id: z.string() }),
  z.strictObject({ is: z.literal("landed"), id: z.string(), version: z.string() }),
  z.strictObject({ is: z.literal("ended"), id: z.string(), error: failure.nullable() }),
]);
export type Message = z.infer<typeof message>;
/** A message without the call that it is about. */
export type Word = Message extends infer M ? (M extends Message ? Omit<M, "id"> : never) : never;

export const failureOf = ({ code, extensions: { status, retryAfterMs }, message: text }: GatewayError): z.infer<typeof failure> => ({
  code,
  message: text,
  ...(status !== undefined && { status }),
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
export const errorOf = ({ code, message: text, ...facts }: z.infer<typeof failure>): GatewayError => new GatewayError(code, text, facts);
