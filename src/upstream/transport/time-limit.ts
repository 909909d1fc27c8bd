/** Why work ended that had run out of time. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
}

export interface TimeLimit {
  /** Aborts with OutOfTime when the time is over, or with the given signal's own reason when that aborts first. */
  signal: AbortSignal;
  /** Lets go of the timer. */
  end(): void;
}

const longestTimerMs = 2 ** 31 - 1;

/**
 * A limit that begins to run now; one of zero or less is over already.
 * The timer is our own. In Node 20, `AbortSignal.any` does not keep an `AbortSignal.timeout` alive: a deadline made of both never comes
 * once the garbage collector has run.
 */
export function timeLimit(limitMs: number, given?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const runOut = () => controller.abort(new OutOfTime("The time for it is over."));
  const timer = setTimeout(runOut, Math.min(Math.max(limitMs, 0), longestTimerMs));
  if (limitMs <= 0) runOut();
  return {
    signal: given ? AbortSignal.any([given, controller.signal]) : controller.signal,
    end: () => clearTimeout(timer),
  };
}

/** The outcome of work that others may share, or the signal's reason when it aborts first; the work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
