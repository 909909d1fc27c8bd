import { z } from "zod";

/**
 * Kinds of settings. Each reads the text of one environment variable, or of one place in a file; the message of its issue is the bound alone, so that
 * the sentence around it (variable, bound, value) is written in one place, and `description` holds the same bound.
 */

/** A whole number; bounds are inclusive. */
export const whole = (min: number, max: number, fallback: number) => wholeOf([min, max]).prefault(String(fallback));

/** A whole number without a default. */
export function wholeOf([min, max]: readonly [min: number, max: number]) {
  const bound = `a whole number from ${min} to ${max}`;
  const digits = z.string(bound).regex(/^\d{1,15}$/, { error: bound, abort: true });
  return digits.transform(Number).pipe(z.number().min(min, bound).max(max, bound)).describe(bound);
}

/** Whole numbers, separated by commas. */
export function wholes(min: number, max: number, fallback: readonly number[]) {
  const bound = `one to ten whole numbers from ${min} to ${max}, separated by commas`;
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
export const text = (form: RegExp, bound: string) => z.string(bound).regex(form, bound).describe(bound);

export function oneOf<const V extends readonly [string, ...string[]]>(values: V) {
  const bound = `one of ${values.join(", ")}`;
  return z.enum(values, bound).describe(bound);
}

/** Some of these names, separated by commas, each once; none unless given. */
export function names<const V extends readonly [string, ...string[]]>(known: V) {
  const bound = `some of ${known.join(", ")}, separated by commas`;
  return z
    .string()
    .transform((text) => text.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(known, bound)))
    .transform((given) => [...new Set(given)])
    .optional()
    .describe(bound);
}

/** Names of GraphQL operations, separated by commas. */
export function operationNames() {
  const bound = "at most 200 names of operations, separated by commas";
  const name = z.string().regex(/^[_A-Za-z]\w{0,99}$/, bound);
  return z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim()))
    .pipe(z.array(name).max(200, bound))
    .describe(bound);
}

/** Base URL of a service, without the slash at its end. */
export const baseUrl = () =>
  urlWithout("user, query and fragment", ({ username, password, search, hash }) => !username && !password && !search && !hash).transform(
    (url) => url.replace(/\/+$/, ""),
  );

/** A URL as it stands, of something that is fetched whole. */
export const url = () => urlWithout("user and fragment", ({ username, password, hash }) => !username && !password && !hash);

function urlWithout(what: string, isPlain: (url: URL) => boolean) {
  const bound = `a URL that starts with https:// or http://, without ${what}`;
  const isGood = (url: URL) => /^https?:$/.test(url.protocol) && isPlain(url);
  return z
    .string(bound)
    .refine((given) => URL.canParse(given) && isGood(new URL(given)), bound)
    .transform((given) => new URL(given).href)
    .describe(bound);
}

/** Where a Redis is; its credentials may be in it. */
export function redisUrl() {
  const bound = "a URL that starts with redis:// or rediss://, with a host, and with nothing after it but a port and /0 to /999";
  const isGood = ({ protocol, hostname, pathname, search, hash }: URL) =>
    /^rediss?:$/.test(protocol) && hostname !== "" && /^(\/\d{0,3})?$/.test(pathname) && !search && !hash;
  return z
    .string(bound)
    .refine((given) => URL.canParse(given) && isGood(new URL(given)), bound)
    .describe(bound);
}

/** Anything but nothing; never shown. */
export const secret = () => z.string().describe("a secret");

/** A map in a file that knows these names alone. */
export function mapOf<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, `a map of ${Object.keys(shape).join(", ")}`);
}

/** A list in a file. */
export const listOf = <S extends z.ZodType>(of: S) => z.array(of, "a list");
