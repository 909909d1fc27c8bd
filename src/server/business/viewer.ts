import { parse } from "graphql";
import type { Logger } from "pino";
import type { BusinessMetrics } from "../../config/business-metrics-file.js";
import type { Caller } from "../gateway-port.js";
import type { LiveOperation } from "../live/admission.js";
import type { Boards } from "../live/boards.js";
import type { State } from "../live/state.js";
import type { LiveTime } from "../live/time.js";
import { type Figure, figuresIn } from "./figures.js";
import { type FiguresOperation, figuresOperation } from "./operation.js";

export interface ViewerOptions {
  account: string;
  metrics: BusinessMetrics;
  boards: Boards;
  time: LiveTime;
  /** How many values an operation's answer can have. */
  sizeOf: (document: LiveOperation["document"]) => number;
  log: Logger;
}

/** Figures that nobody has scraped for so long are not asked any more, ms. */
const idleMs = 5 * 60_000;
/** What was refused is not asked again sooner, ms. */
const againMs = 60_000;

/** One viewer of the figures of one account: a subscription like any other, which lasts while somebody scrapes. */
export class Viewer {
  readonly account: string;
  readonly #asked: FiguresOperation;
  readonly #operation: LiveOperation;
  readonly #caller: Caller;
  #leave: (() => void) | null = null;
  #scrapedAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #figures: readonly Figure[] = [];
  #isComplete = false;
  #told = "";

  constructor(private readonly options: ViewerOptions) {
    const { account, metrics, sizeOf } = options;
    this.account = account;
    this.#caller = { id: `business-metrics:${account}`, accounts: [account], explain: false, conversations: false };
    this.#asked = figuresOperation(account, metrics.sets, metrics.everySeconds);
    const document = parse(this.#asked.query, { noLocation: true });
    this.#operation = {
      document,
      operationName: "BusinessFigures",
      variables: {},
      text: this.#asked.query,
      everySeconds: metrics.everySeconds,
      values: sizeOf(document),
      refusal: () => null,
    };
  }

  /** True when the last state had everything that was asked for. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** What the last state said. The first scrape after a while finds nothing, and has the figures asked for the next. */
  scrape(): readonly Figure[] {
    const { time, boards } = this.options;
    const now = time.monotonic();
    this.#scrapedAt = now;
    if (!this.#leave && now - this.#refusedAt >= againMs) {
      this.#leave = boards.join(this.#operation, {
        caller: this.#caller,
        isStillAllowed: async () => {
          const isScraped = time.monotonic() - this.#scrapedAt < idleMs;
          if (!isScraped) this.#end();
          return isScraped;
        },
        next: (state) => this.#take(state),
        end: (errors) => {
          this.#refusedAt = time.monotonic();
          this.#end();
          this.#tell(errors.map(({ message }) => message).join(" "));
        },
      });
    }
    return this.#figures;
  }

  stop(): void {
    this.#leave?.();
    this.#end();
  }

  #end(): void {
    this.#leave = null;
    this.#figures = [];
    this.#isComplete = false;
  }

  #take({ text, errors }: State): void {
    const { data } = JSON.parse(text) as { data: { contactCenter: Readonly<Record<string, unknown>> | null } | null };
    const read = data?.contactCenter
      ? figuresIn(this.account, this.#asked.sets, data.contactCenter)
      : { figures: [], isStale: false, isCut: false };
    this.#figures = read.figures;
    this.#isComplete = errors.length === 0 && !read.isStale && data?.contactCenter != null;
    if (read.isCut)
      this.#tell("It has more skills or groups than one set can have: the rest has no series. Name ids in BUSINESS_METRICS_FILE.");
  }

  /** Once, until something else is to be said. */
  #tell(message: string): void {
    if (message === this.#told) return;
    this.#told = message;
    this.options.log.warn(`Business metrics of account ${this.account}: ${message}`);
  }
}
