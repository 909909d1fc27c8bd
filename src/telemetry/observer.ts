/** Told each fact at the place where it is decided. Durations and ages in ms, accounts by their ids, APIs and codes by their names. */
export interface Observer {
  /** A request to /graphql was answered: from kept bytes, from an equal request under way, or by its own execution; or its client has gone. */
  answered(answer: AnsweredRequest): void;
  /** A subscription has begun over a socket of this client. */
  subscribed(client: string | undefined): void;
  /** A request was refused before it became an operation. */
  refused(code: string): void;
  /** A question, or a part of it, was answered or has failed. */
  questioned(question: { account: string; api: string; source: QuestionSource }): void;
  /** One HTTP exchange with the platform has ended: "OK", the code of its error, or "ABANDONED" when nobody waited for it any more. */
  exchanged(exchange: { account: string; api: string; outcome: string; ms: number }): void;
  /** A call, which may take many exchanges, has ended. */
  called(call: { account: string; api: string; outcome: string; pages: number; retries: number }): void;
  /** A call got its permit after so long. */
  permitted(permit: { account: string; service: string; ms: number }): void;
  /** Redis answered a command. */
  redisAnswered(ms: number): void;
}

export interface AnsweredRequest {
  /** As the client names it. */
  readonly operation: string | null;
  readonly source: "memo" | "shared" | "executed" | "abandoned";
  /** Codes of its errors. */
  readonly errors: readonly unknown[];
  readonly ms: number;
  /** Of the oldest figure in the answer; null when it has none. */
  readonly ageMs: number | null;
  /** The client program by its own name; undefined when it gives none. */
  readonly client: string | undefined;
}

/** Where the answer of a question came from: a call of its own, a call under way, a stored answer that is fresh or stale; or nowhere. */
export type QuestionSource = "sent" | "joined" | "fresh" | "stale" | "failed";

/** What is read when somebody asks for it. */
export interface GatewayState {
  readonly ready: boolean;
  readonly services: readonly ServiceState[];
  /** The platform's answers in this process's memory. */
  readonly answers: CacheState;
  /** Whether Redis is of use; null where there is none. */
  readonly redisUp: boolean | null;
}

/** One service of the platform for one account, as this process sees it. */
export interface ServiceState {
  readonly account: string;
  readonly service: string;
  readonly permitsInUse: number;
  readonly permitsLimit: number;
  readonly waiting: number;
  /** Calls that may begin now, of those in any 60 seconds. */
  readonly available: number;
  readonly maximum: number;
  /** A pause after a 429 lasts. */
  readonly paused: boolean;
  readonly circuit: CircuitState;
}

export type CircuitState = "closed" | "open" | "probing";

export interface CacheState {
  readonly bytes: number;
  readonly entries: number;
  /** Entries that went because others needed their room, since the start. */
  readonly evictions: number;
}

/** Subscriptions. */
export interface LiveState {
  /** Open now. */
  readonly sockets: number;
  readonly subscriptions: number;
  /** Subscriptions that are executed, each for all who share it. */
  readonly boards: number;
  /** Since the start: states that were made, and how often one was sent to a subscriber. */
  readonly states: number;
  readonly pushes: number;
}
