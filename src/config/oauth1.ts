const applicationKey = /^LP_(APP_KEY|APP_SECRET|CONSUMER_KEY|CONSUMER_SECRET|ACCESS_TOKEN|ACCESS_TOKEN_SECRET|TOKEN_SECRET|OAUTH_.+)$/;

/** Whether a setting's name is one under which such a key is usually kept. */
export const isApplicationKey = (name: string): boolean => applicationKey.test(name);

/**
 * What to say when settings look like an OAuth 1.0a application key, else null.
 * The platform ended those keys on 2026-05-31.
 */
export function oauth1Hint(environment: Readonly<Record<string, string | undefined>>): string | null {
  const names = Object.keys(environment).filter((name) => environment[name] && isApplicationKey(name));
  if (names.length === 0) return null;
  return (
    `${names.join(", ")} look${names.length > 1 ? "" : "s"} like an OAuth 1.0a application key: the platform ended those on 2026-05-31 and ` +
    "the gateway does not read them. Create an OAuth 2.0 application with client credentials and set LP_CLIENT_ID and LP_CLIENT_SECRET."
  );
}
