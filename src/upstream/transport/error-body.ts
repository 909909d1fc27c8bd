/** Longest sentence taken from an error body, in characters. */
const longestSentence = 200;

/** More than this of a body, and then of what it says, is not looked at. */
const longestBody = 100_000;
const longestSaying = 1_000;

/**
 * What an error body of the platform says, as one clean sentence; null when it says nothing that can be shown. Never throws.
 * Knows the forms seen on the platform: causes and message, reason and message, internalCode and message, an error object,
 * a code alone, `oauth_problem=…`; HTML and an empty body say nothing.
 */
export function errorSentence(body: string): string | null {
  const text = body.slice(0, longestBody).trim();
  if (/^[{["]/.test(text)) return sentence(saidIn(parsed(text)));
  return text.startsWith("<") ? null : sentence(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Broken JSON says nothing.
  }
}

/** Errors within errors are followed a few levels down. */
function saidIn(body: unknown, levels = 4): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null || levels === 0) return "";
  const saidBy = (part: unknown): string => saidIn(part, levels - 1);
  if (Array.isArray(body)) return distinct(body.slice(0, 3).map(saidBy));
  const { message, reason, causes, error, code } = body as Readonly<Record<string, unknown>>;
  const said = distinct([message, reason, causes, error].map(saidBy));
  return said === "" && (typeof code === "string" || typeof code === "number") ? `code ${code}` : said;
}

const distinct = (sayings: readonly string[]): string => [...new Set(sayings.filter((saying) => saying !== ""))].join("; ");

/** What must not reach a client: addresses, paths, stacks, markup, secrets and ids of requests. */
const unfit: readonly RegExp[] = [
  /\b(?:bearer|basic)\s+\S+/gi,
  /\b[\w-]*(?:token|secret|password|authorization|signature|nonce|consumer_?key|api[-_]?key|cookie)\b"?\s*[=:]\s*\S+/gi,
  /\b(?:x-[\w-]+|(?:request|trace|correlation|transaction|session|span)[-_ ]?id)\b"?\s*[=:]?\s*\S+/gi,
  /\bat\s+[\w$.<>/]+\([^)]*\)?/g,
  /<[^>]*>?/g,
  /\S*:\/\/\S*/g,
  /\bwww\.\S+/gi,
  /\blocalhost\S*/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}\S*/g,
  /(?:[a-z0-9-]+\.)+[a-z]{2,}\b\S*/gi,
  /\/[\w.%-]+\/\S*/g,
  /\S*\?[\w.-]+=\S*/g,
  /\b(?=[\w+/=-]*\d)[\w+/=-]{20,}/g,
  /[^\P{C}\s]|[{}<>`]/gu,
];

function sentence(said: string): string | null {
  const line = unfit.reduce((text, pattern) => text.replace(pattern, " "), said.slice(0, longestSaying)).replaceAll("://", " ");
  const clean = line.replace(/\s+/g, " ").replace(/^[\s;:,.]+|[\s;:,.]+$/g, "");
  if (!/[\p{L}\d]/u.test(clean)) return null;
  return clean.length > longestSentence ? `${clean.slice(0, longestSentence - 1).trimEnd()}…` : `${clean}.`;
}
