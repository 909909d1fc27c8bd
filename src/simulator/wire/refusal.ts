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
