const files = import.meta.glob<string>("../schema/operations/*.graphql", { query: "?raw", import: "default", eager: true });
const isWallboard = (path: string) => path.endsWith("/wallboard.graphql");

/** The project's example operations as text, the wallboard first, then by name; of the first account where there are several. */
export const examplesOf = ([account, ...others]: readonly string[]): string[] =>
  Object.keys(files)
    .sort((a, b) => Number(isWallboard(b)) - Number(isWallboard(a)) || a.localeCompare(b))
    .flatMap((path) => files[path] ?? [])
    .map((text) => (others.length > 0 ? text.replace("contactCenter {", `contactCenter(accountId: ${JSON.stringify(account)}) {`) : text));
