/** The service says no: a status, and causes in words. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    readonly causes: readonly string[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(causes.join(" "));
  }
}

/** A bad request for one cause. */
export const bad = (cause: string): Refusal => new Refusal(400, [cause]);

export type RetryAfterForm = "seconds" | "date" | "none";

/** The header Retry-After; a date has whole seconds, so it is rounded up. */
export function retryAfter(seconds: number, form: RetryAfterForm, now: number): Record<string, string> {
  if (form === "none") return {};
  const date = new Date(Math.ceil(now / 1000 + seconds) * 1000).toUTCString();
  return { "retry-after": form === "date" ? date : String(seconds) };
}
