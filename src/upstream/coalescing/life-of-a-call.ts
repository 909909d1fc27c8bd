/** Where a call stands between being planned and being over. */
export type CallState = "queued" | "sent" | "backing off" | "overdue" | "landed" | "failed" | "dropped" | "halved";

/** What happens to a call. */
export type CallEvent =
  /** A waiter joins, or the call is widened for one. */
  | "joined"
  /** A permit was granted and the circuit is closed: the next exchange begins. */
  | "granted"
  /** The circuit has opened since the call was queued; its permit returns unspent. */
  | "circuit open"
  /** One waiter is told that the call cannot start before its deadline; the call goes on for the others. */
  | "too late"
  /** The last waiter left, and nothing was read: a call that was not sent ends, one that was sent is let finish. */
  | "abandoned"
  /** A page came. More may follow: each waits for a permit of its own. */
  | "page"
  /** The last page came, or a 202 with the rows that are done. */
  | "answered"
  /** 401, and the credentials were renewed: sent again with a permit of its own. */
  | "renewed"
  /** 429: sent again behind the pause of its rate limiter. */
  | "rate limited"
  /** It failed, a retry may help and fits a deadline. */
  | "try failed"
  | "pause over"
  /** 400: asked again in two halves, or by its named ids alone. */
  | "rejected"
  /** The exchange under way takes much longer than usual. */
  | "overdue"
  /** Its permit is needed, and nobody waits for it. */
  | "reclaimed"
  | "failed for good"
  /** The gateway stops. */
  | "stopped";

/**
 * Every transition of a call. An event that a state does not list is a bug of the gateway. A state that lists none is an end. Pages are read
 * side by side, so that an event of one page can come in a state that another page has caused.
 */
export const transitions: Readonly<Record<CallState, Readonly<Partial<Record<CallEvent, CallState>>>>> = {
  queued: {
    joined: "queued",
    granted: "sent",
    "circuit open": "failed",
    "too late": "queued",
    abandoned: "dropped",
    page: "queued",
    overdue: "queued",
    renewed: "sent",
    "rate limited": "queued",
    "try failed": "backing off",
    "pause over": "queued",
    rejected: "halved",
    reclaimed: "failed",
    "failed for good": "failed",
    stopped: "failed",
  },
  sent: {
    joined: "sent",
    granted: "sent",
    "too late": "sent",
    abandoned: "sent",
    page: "sent",
    answered: "landed",
    renewed: "sent",
    "rate limited": "queued",
    "try failed": "backing off",
    "pause over": "sent",
    rejected: "halved",
    overdue: "overdue",
    reclaimed: "failed",
    "failed for good": "failed",
    stopped: "failed",
  },
  "backing off": {
    joined: "backing off",
    granted: "backing off",
    "too late": "backing off",
    abandoned: "failed",
    page: "backing off",
    renewed: "backing off",
    overdue: "backing off",
    "rate limited": "backing off",
    "try failed": "backing off",
    "pause over": "queued",
    rejected: "halved",
    reclaimed: "failed",
    "failed for good": "failed",
    stopped: "failed",
  },
  overdue: {
    joined: "overdue",
    granted: "sent",
    "too late": "overdue",
    abandoned: "overdue",
    page: "sent",
    renewed: "sent",
    "rate limited": "queued",
    "try failed": "backing off",
    "pause over": "overdue",
    rejected: "halved",
    overdue: "overdue",
    reclaimed: "failed",
    "failed for good": "failed",
    stopped: "failed",
  },
  landed: {},
  failed: {},
  dropped: {},
  halved: {},
};
