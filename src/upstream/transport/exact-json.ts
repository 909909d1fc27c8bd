/** Texts, which stay as they are, and integers with more digits than a number holds exactly. */
const textsAndLongIntegers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g;
const sixteenDigits = /\d{16}/;

/**
 * Parses JSON without rounding an id: an integer of sixteen digits or more becomes a string of its digits.
 * Throws a SyntaxError like JSON.parse. Libraries that do the same (lossless-json, json-with-bigint) take four to six times as long on an
 * answer without such ids, and up to five times as long on one with them: `npm run bench json`.
 */
export function exactJson(text: string): unknown {
  if (!sixteenDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(textsAndLongIntegers, (found, at: number) => (isInteger(text, found, at) ? `"${found}"` : found)));
}

/** Not a text, and not the digits behind a decimal point. */
const isInteger = (text: string, found: string, at: number): boolean => found[0] !== '"' && text[at - 1] !== ".";
