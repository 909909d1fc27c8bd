import { z } from "zod";
import type { CircuitNews } from "../budget/circuit-breaker.js";
import type { Keys } from "./keys.js";
import { RedisAway, type RedisLink } from "./link.js";
import { script } from "./script.js";

export interface SharedCircuitsOptions {
  /** Names this replica. */
  replica: string;
  link: RedisLink;
  keys: Keys;
  warn: (message: string, error?: unknown) => void;
}

const message = z.strictObject({ replica: z.string(), account: z.string(), service: z.string(), is: z.enum(["opened", "closed"]) });
type Message = z.infer<typeof message>;

/** ARGV: channel, message. */
const publish = script("return redis.call('PUBLISH', ARGV[1], ARGV[2])");

/** Tells the other replicas when a circuit opens or closes here, by a message that nothing keeps: who starts later finds out for itself. */
export class SharedCircuits {
  readonly #listeners = new Map<string, Parameters<CircuitNews["onNews"]>[0]>();

  constructor(private readonly options: SharedCircuitsOptions) {
    options.link.on(options.keys.circuitsChannel, (text) => this.#heard(text));
  }

  of = (account: string, service: string): CircuitNews => ({
    opened: () => this.#tell({ account, service, is: "opened" }),
    closed: () => this.#tell({ account, service, is: "closed" }),
    onNews: (listeners) => void this.#listeners.set(keyOf({ account, service }), listeners),
  });

  #tell(news: Omit<Message, "replica">): void {
    const { link, keys, replica, warn } = this.options;
    if (!link.isUp) return;
    link.run(publish, [], [keys.circuitsChannel, JSON.stringify({ ...news, replica } satisfies Message)]).catch((error) => {
      if (!(error instanceof RedisAway)) warn("The state of a circuit could not be told to other replicas", error);
    });
  }

  #heard(text: string): void {
    const { replica, warn } = this.options;
    try {
      const said = message.parse(JSON.parse(text));
      if (said.replica !== replica) this.#listeners.get(keyOf(said))?.[said.is]();
    } catch (error) {
      warn("A message about a circuit is not well formed", error);
    }
  }
}

const keyOf = ({ account, service }: Pick<Message, "account" | "service">): string => `${account} ${service}`;
