import type { FastifyInstance } from "fastify";
import { RememberedRows } from "./answers/remembered-rows.js";
import { Truth } from "./answers/truth.js";
import { Clock } from "./clock.js";
import type { AccountOptions, Simulator, SimulatorOptions } from "./controls.js";
import { ContactCenter } from "./model/contact-center.js";
import { second } from "./model/duration.js";
import { scales } from "./model/scale.js";
import { seeded, seedOf } from "./random.js";
import type { Account } from "./wire/account.js";
import { control } from "./wire/control.js";
import { Faults } from "./wire/faults.js";
import type { Limits } from "./wire/limits.js";
import { platform } from "./wire/platform.js";
import { Tokens } from "./wire/tokens.js";
import { Traffic } from "./wire/traffic.js";
import { documented } from "./wire/variants.js";
import type { World } from "./wire/world.js";

export type { Truth } from "./answers/truth.js";
export type { FaultSpec } from "./wire/faults.js";
export type { Counts, Logged } from "./wire/traffic.js";
export type { WireVariants } from "./wire/variants.js";

const generous: Limits = { maxConcurrent: 1000, maxPerMinute: 1_000_000 };
const realistic: Limits = { maxConcurrent: 8, maxPerMinute: 300 };

function accountOf(options: AccountOptions, position: number, now: number): Account {
  const { id, scale = "small" } = options;
  const { agents, skills, groups, conversationsPerDay, historyDays } = { ...scales[scale], ...options };
  const center = new ContactCenter({ agents, skills, groups, conversationsPerDay, historyDays }, options.seed ?? seedOf(id), now);
  center.advanceTo(now);
  return {
    id,
    center,
    rows: new RememberedRows(),
    bearers: options.bearers ?? [position === 0 ? "simulated-token" : `simulated-token-${id}`],
    clientId: options.clientId ?? `client-${id}`,
    clientSecret: options.clientSecret ?? `secret-${id}`,
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  await app.listen({ host, port });
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("The simulator has no port.");
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

function worldOf(options: SimulatorOptions, now: () => number): World {
  const configured = options.accounts ?? [{ id: "demo" }];
  const accounts = configured.map((account, position) => accountOf(account, position, now()));
  const tokens = new Tokens();
  for (const { id, bearers } of accounts) tokens.allow(id, bearers);
  return {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    now,
    limitsNow: options.limitsNow ?? now,
    random: seeded(options.seed ?? 1),
    tokens,
    faults: new Faults(),
    traffic: new Traffic(),
    limits: options.limits ?? (configured.some(({ scale }) => scale === "demo") ? realistic : generous),
    variants: { ...documented },
    latencyMs: options.latencyMs ?? { base: 0, jitter: 0 },
    intervalLagMs: (options.intervalLagSeconds ?? 0) * second,
    url: "",
  };
}

/** Starts the platform's four metrics APIs, its domain look-up and its token service over modelled contact centres. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = new Clock(Date.now);
  const now = options.now ?? (() => clock.now());
  const world = worldOf(options, now);
  const host = options.host ?? "127.0.0.1";
  const services = platform(world);
  world.url = await listen(services, host, options.port ?? 0);

  const simulator: Simulator = {
    url: world.url,
    controlUrl: "",
    accounts: [...world.accounts.values()].map(({ id, bearers, clientId, clientSecret }) => ({ id, bearers, clientId, clientSecret })),
    counts: () => world.traffic.counts(),
    resetCounts: () => world.traffic.reset(),
    requests: () => world.traffic.requests(),
    fault: (spec) => world.faults.add(spec),
    faults: () => world.faults.list(),
    clearFaults: () => world.faults.clear(),
    variants: (set) => Object.assign(world.variants, set),
    setLimits: (limits) => {
      world.limits = limits;
      return limits;
    },
    setLatency: (latencyMs) => {
      world.latencyMs = latencyMs;
      return latencyMs;
    },
    revokeTokens: () => world.tokens.revoke(),
    now,
    advanceTime: (ms) => {
      if (options.now) throw new RangeError("The clock was passed in: advance that one.");
      clock.advance(ms);
    },
    truth: (accountId) => {
      const account = world.accounts.get(accountId);
      if (account === undefined) throw new RangeError(`The simulator has no account ${accountId}.`);
      return new Truth(account.center, now);
    },
    close: async () => {
      await Promise.all([services.close(), controls.close()]);
    },
  };
  const controls = control(simulator);
  try {
    simulator.controlUrl = await listen(controls, host, options.controlPort ?? 0);
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}
