const longest = 100;

/** A value as a sentence may show it: the user, the query and the fragment of a URL are left out, because they may be secrets. */
export function shownValue(value: unknown): string {
  const text = typeof value === "string" ? withoutSecretParts(value) : value;
  const json = JSON.stringify(text) ?? "nothing";
  return json.length > longest ? `${json.slice(0, longest)}…` : json;
}

const withoutSecretParts = (value: string): string =>
  value.includes("://") ? value.replace(/:\/\/[^/]*@/, "://…@").replace(/[?#].*$/s, (end) => `${end[0]}…`) : value;
