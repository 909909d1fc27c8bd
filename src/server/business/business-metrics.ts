import { type GraphQLSchema, getOperationAST } from "graphql";
import type { Logger } from "pino";
import { Gauge, Registry } from "prom-client";
import type { BusinessMetrics as Chosen } from "../../config/business-metrics-file.js";
import type { Config } from "../../config.js";
import type { Caller, Gateway } from "../gateway-port.js";
import { Boards } from "../live/boards.js";
import type { LiveTime } from "../live/time.js";
import { masked } from "../masking.js";
import { answerSize } from "../operation-limits.js";
import type { Figure } from "./figures.js";
import { Viewer } from "./viewer.js";

export interface BusinessMetricsOptions {
  chosen: Chosen;
  gateway: Pick<Gateway, "schema" | "execute" | "request" | "audience">;
  config: Pick<Config, "accounts" | "maxQueryDepth" | "maxQueryTokens" | "requestDeadlineMs">;
  time: LiveTime;
  log: Logger;
}

/** Series of one account; more are left out. */
const mostSeries = 10_000;
/** By which time to live a type of figures is fresh. */
const kinds: Readonly<Record<string, "keyMetrics" | "current">> = { KeyMetrics: "keyMetrics", CurrentMetrics: "current" };

/**
 * Figures of accounts for Prometheus. Each account is one subscription, whose ticks ask at the lowest priority; a scrape reads what the last of
 * them has brought. What is not there, is stale or has become too old has no series.
 */
export class BusinessMetrics {
  readonly contentType = new Registry().contentType;
  readonly #viewers: readonly Viewer[];

  constructor(private readonly options: BusinessMetricsOptions) {
    const { chosen, gateway, config, time, log } = options;
    const boards = new Boards({ gateway, time, mask: masked(log, config), log });
    const sizeOf = sizes(gateway.schema);
    this.#viewers = config.accounts
      .filter(({ id, credentials }) => credentials.kind !== "caller" && chosen.sets.some(({ accounts }) => accounts?.includes(id) ?? true))
      .map(({ id }) => new Viewer({ account: id, metrics: chosen, boards, time, sizeOf, log }));
  }

  /** In the text format of Prometheus: of the accounts that may be read. */
  text(accounts: Caller["accounts"]): Promise<string> {
    const registry = new Registry();
    const gauge = (name: string, help: string, labelNames: readonly string[]) =>
      new Gauge({ name, help, labelNames, registers: [registry] });
    const complete = gauge("lp_business_complete", "1 when all of the account's figures are there that the platform has.", ["account"]);
    const shown = gauge("lp_business_series", "Series of the account's figures.", ["account"]);
    const left = gauge("lp_business_series_left_out", "Series that the account has beyond the limit.", ["account"]);
    const oldest = gauge("lp_business_oldest_figure_timestamp_seconds", "When the platform was asked for the oldest figure.", ["account"]);
    const gauges = new Map<string, Gauge>();
    for (const viewer of this.#viewers) {
      const { account } = viewer;
      if (accounts !== "*" && !accounts.includes(account)) continue;
      const known = viewer.scrape();
      const all = known.filter((figure) => this.#isGood(account, figure));
      const figures = all.slice(0, mostSeries);
      complete.set({ account }, Number(viewer.isComplete && all.length === known.length && all.length > 0));
      shown.set({ account }, figures.length);
      left.set({ account }, all.length - figures.length);
      if (figures.length > 0)
        oldest.set({ account }, figures.reduce((least, { asOf }) => Math.min(least, asOf), Number.POSITIVE_INFINITY) / 1_000);
      for (const { name, help, labels, value } of figures) {
        const known = gauges.get(name) ?? gauge(name, help, Object.keys(labels));
        gauges.set(name, known);
        known.set(labels, value);
      }
    }
    return registry.metrics();
  }

  stop(): void {
    for (const viewer of this.#viewers) viewer.stop();
  }

  /** Its time is over when the next one should have come: after its time to live or `everySeconds`, and as long as a request may take. */
  #isGood(account: string, { asOf, type }: Figure): boolean {
    const { chosen, config, time } = this.options;
    const { ttlMs } = config.accounts.find(({ id }) => id === account)!;
    const freshMs = ttlMs[kinds[type] ?? "segments"];
    return time.now() - asOf <= Math.max(freshMs, chosen.everySeconds * 1_000) + config.requestDeadlineMs;
  }
}

const sizes =
  (schema: GraphQLSchema) =>
  (document: Parameters<typeof answerSize>[1]): number =>
    answerSize(schema, document, getOperationAST(document)!, {});
