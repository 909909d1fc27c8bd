import { z } from "zod";

/**
 * Kinds of settings. Each reads the text of one environment variable; the message of its issue is the bound alone, so that
 * the sentence around it (variable, bound, value) is written in one place, and `description` holds the same bound.
 */

/** A whole number that may be left out; bounds are inclusive. */
export const optionalWhole = (min: number, max: number) => wholeBetween(min, max).optional();

/** A whole number; bounds are inclusive. */
export const whole = (min: number, max: number, fallback: number) => wholeBetween(min, max).prefault(String(fallback));

function wholeBetween(min: number, max: number) {
  const bound = `a whole number from ${min} to ${max}`;
  const digits = z.string().regex(/^\d{1,15}$/, { error: bound, abort: true });
  return digits.transform(Number).pipe(z.number().min(min, bound).max(max, bound)).describe(bound);
}

/** Whole numbers, parted by commas. */
export function wholes(min: number, max: number, fallback: readonly number[]) {
  const bound = `one to ten whole numbers from ${min} to ${max}, parted by commas`;
  const one = z
    .string()
    .trim()
    .regex(/^\d{1,15}$/, { error: bound, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, bound).max(max, bound));
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(one).max(10, bound))
    .prefault(fallback.join(","))
    .describe(bound);
}

/** Text of one form; without a fallback it may be left out. */
export const text = (form: RegExp, bound: string) => z.string().regex(form, bound).describe(bound);

export function oneOf<const V extends readonly [string, ...string[]]>(values: V) {
  const bound = `one of ${values.join(", ")}`;
  return z.enum(values, bound).describe(bound);
}

/** Base URL of a service, without the slash at its end. */
export function baseUrl() {
  const bound = "a URL that starts with https:// or http://, without user, query and fragment";
  const plain = ({ protocol, username, password, search, hash }: URL) =>
    /^https?:$/.test(protocol) && !username && !password && !search && !hash;
  return z
    .string()
    .refine((url) => URL.canParse(url) && plain(new URL(url)), bound)
    .transform((url) => new URL(url).href.replace(/\/+$/, ""))
    .describe(bound);
}

/** Anything but nothing; never shown. */
export const secret = () => z.string().describe("a secret");
