/** What commander says of a wrong command line, as sentences on one line: what is wrong, and the suggestion or where to look. */
export function refusedCommandLine(said: string): string {
  const [what = "", suggestion] = said
    .replace(/^error: /, "")
    .trim()
    .split(/\n\(|\)$/);
  const wrong = what.charAt(0).toUpperCase() + what.slice(1);
  if (suggestion) return `${wrong}: ${suggestion.charAt(0).toLowerCase()}${suggestion.slice(1)}`;
  return wrong.endsWith(".") ? wrong : `${wrong}: --help says what there is.`;
}
