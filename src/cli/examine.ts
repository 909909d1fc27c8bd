import type { Clock } from "../clock.js";
import type { AccountConfig } from "../config.js";
import { GatewayError } from "../errors.js";
import { alignedOutward, hourMs, minuteMs } from "../time.js";
import { fetchAgentSegments } from "../upstream/apis/agent-segments/fetch.js";
import { intervalMetricsFetch } from "../upstream/apis/interval-metrics/fetch.js";
import { fetchKeyMetrics } from "../upstream/apis/key-metrics/fetch.js";
import { fetchSkillSegments } from "../upstream/apis/skill-segments/fetch.js";
import type { Exchange, Service } from "../upstream/call.js";
import { createTransport } from "../upstream/transport/transport.js";

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
  const { now } = clock;
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
    for (const { title, service, ask } of apis(account, exchange, now)) {
      const bar = barred.has("token") ? "there is no token" : barred.has(service) ? `the address of ${service} is not known` : null;
      yield bar ? { what: title, outcome: "not asked", said: `${bar}: see above.` } : await found(title, ask);
    }
  } finally {
    await transport.close();
  }
}

const servicesOf = ({ credentials }: AccountConfig): (Service | "sentinel")[] => [
  "operations",
  "keyMetrics",
  "intervalMetrics",
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

/** One small question for each API: a page at most. */
const apis = ({ id, source }: AccountConfig, exchange: Exchange, now: () => number) => [
  {
    title: "Agent segments",
    service: "operations" as const,
    async ask() {
      const call = { api: "agent-segments", lastMinutes: 60, everyMinutes: null, groupIds: null, userType: "ALL", source: null } as const;
      const { reply } = await fetchAgentSegments({ ...call, agents: "all", skills: null }, id, exchange, now);
      return `${counted(reply.agents.size, "agent")} with segments in the last hour.`;
    },
  },
  {
    title: "Skill segments",
    service: "operations" as const,
    async ask() {
      const call = { api: "skill-segments", lastMinutes: 60, everyMinutes: null, userType: "ALL", skills: "all" } as const;
      const { reply } = await fetchSkillSegments(call, id, exchange, now);
      return `${counted(reply.skills.size, "skill")} with segments in the last hour.`;
    },
  },
  {
    title: "Key messaging metrics",
    service: "keyMetrics" as const,
    async ask() {
      const filters = { agentIds: null, agentGroupIds: null, skillIds: null };
      const what = { window: { lastMinutes: 60 }, byTime: true, current: true, groupBy: null, total: true, take: 0, order: null } as const;
      await fetchKeyMetrics({ api: "key-metrics", ...what, filters, includeSubGroups: false, userType: "ALL" }, id, exchange, now);
      return "totals came.";
    },
  },
  {
    title: "Interval metrics",
    service: "intervalMetrics" as const,
    async ask() {
      const { from } = alignedOutward({ from: now() - 3 * hourMs, to: now() }, 15 * minuteMs);
      const call = { api: "interval-metrics", grouping: ["SKILL"], everyMinutes: 15, handleTimeModel: "IFT", filters: {} } as const;
      const window = { from, to: from + 15 * minuteMs };
      const { reply } = await intervalMetricsFetch(source)({ ...call, window, includeBotSkills: true }, id, exchange, now);
      return `${counted(reply.rows.length, "skill")} with activity in a quarter of an hour, three hours ago.`;
    },
  },
];

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

async function found(what: string, ask: () => Promise<string>): Promise<Finding> {
  try {
    return { what, outcome: "works", said: await ask() };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { what, outcome: "fails", said: error.message };
  }
}
