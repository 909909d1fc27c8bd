import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config/account-settings.js";
import { GatewayError } from "../errors.js";
import type { Api } from "../upstream/apis/descriptor.js";
import { apis } from "../upstream/apis/registry.js";
import type { CallContext, Exchange, Service } from "../upstream/call.js";
import { createTransport } from "../upstream/transport/transport.js";
import { wholeCall } from "./whole-call.js";

/** What one examination found, in plain words and without any secret. */
export interface Finding {
  /** What was examined, for example "Domain look-up of operations". */
  what: string;
  outcome: "works" | "fails" | "not asked";
  /** What was found and, after a failure, what to do. */
  said: string;
}

const deadlineMs = 30_000;

/** Asks domain look-up, token service and each of the four APIs once, in this order; a part whose way is barred is not asked. */
export async function* examine(account: AccountConfig, clock: Clock): AsyncGenerator<Finding> {
  const transport = createTransport(account, {}, clock);
  try {
    const barred = new Set<Service | "sentinel" | "token">();

    for (const service of servicesOf(account)) {
      const finding = await found(`Domain of ${service}`, async () => {
        const base = await transport.domain(service);
        return account.services[service]
          ? `${base}, as set; neither looked up nor asked yet.`
          : `${base}, as ${account.services.csds} says.`;
      });
      if (finding.outcome === "fails") barred.add(service);
      const asked = `The domain look-up asked was ${account.services.csds}: is that address right?`;
      yield finding.outcome === "fails" ? { ...finding, said: `${finding.said} ${asked}` } : finding;
    }

    const token = await examineToken(account, barred.has("sentinel"), transport.authorize);
    if (token.outcome !== "works") barred.add("token");
    yield token;

    const exchange: Exchange = (request) => transport.exchange(request, { deadline: clock.monotonic() + deadlineMs });
    const platform = { account: account.id, source: account.source, exchange, now: clock.now };
    for (const api of apis) {
      const { title, service } = api;
      const bar = barred.has("token") ? "there is no token" : barred.has(service) ? `the address of ${service} is not known` : null;
      yield bar ? { what: title, outcome: "not asked", said: `${bar}: see above.` } : await found(title, () => asked(api, platform));
    }
  } finally {
    await transport.close();
  }
}

const servicesOf = ({ credentials }: AccountConfig): (Service | "sentinel")[] => [
  ...new Set(apis.map(({ service }) => service)),
  ...(credentials.kind === "client" ? (["sentinel"] as const) : []),
];

async function examineToken({ credentials }: AccountConfig, withoutDomain: boolean, authorize: () => Promise<void>): Promise<Finding> {
  const what = "Credentials";
  if (credentials.kind === "bearer")
    return { what, outcome: "works", said: "a static bearer token is set; the APIs below say whether it is good." };
  if (credentials.kind === "caller")
    return { what, outcome: "not asked", said: "the account is read with each caller's own token, and doctor has none." };
  if (withoutDomain) return { what, outcome: "not asked", said: "the address of the token service is not known: see above." };
  return found(what, async () => {
    await authorize();
    return "the token service gave a token for the client credentials.";
  });
}

/** One small question to the API: a page at most. */
async function asked(api: Api, platform: Pick<CallContext, "account" | "source" | "exchange" | "now">): Promise<string> {
  const { call, said } = api.probe(platform.now());
  const { reply, remarks } = await wholeCall(api.fetch, call, platform);
  return [said(reply), ...remarks].join(" ");
}

async function found(what: string, ask: () => Promise<string>): Promise<Finding> {
  try {
    return { what, outcome: "works", said: await ask() };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { what, outcome: "fails", said: error.message };
  }
}
