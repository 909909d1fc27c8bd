const files = import.meta.glob<string>(["../schema/operations/*.graphql", "../schema/subscriptions/*.graphql"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What is going on, where it hurts and since when, who is on it, one of them, what they do; then totals and meanings. */
const story = [
  "wallboard",
  "live",
  "longest-waits",
  "skill-trend",
  "team",
  "agent",
  "conversations",
  "handle-time",
  "humans-and-bots",
  "contact-center",
  "metric-catalog",
];

/** The project's example operations as text, in the order of the story; of the first account where there are several. */
export const examplesOf = ([account, ...others]: readonly string[]): string[] =>
  story
    .flatMap((name) => files[`../schema/operations/${name}.graphql`] ?? files[`../schema/subscriptions/${name}.graphql`] ?? [])
    .map((text) => (others.length > 0 ? text.replace("contactCenter {", `contactCenter(accountId: ${JSON.stringify(account)}) {`) : text));
