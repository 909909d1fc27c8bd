import { GatewayError } from "../../errors.js";

/** A limit that is reached. */
export interface Full {
  setting: string;
  most: number;
}

/** How many of something are open for each holder, and how many may be. */
export class Seats {
  readonly #taken = new Map<string, number>();

  /** `setting`: the name of the limit. */
  constructor(private readonly limit: Full) {}

  taken(holder: string): number {
    return this.#taken.get(holder) ?? 0;
  }

  /** Takes a seat and returns what gives it back, once; or the limit that is reached. */
  take(holder: string): (() => void) | Full {
    const taken = this.taken(holder);
    if (taken >= this.limit.most) return this.limit;
    this.#taken.set(holder, taken + 1);
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      const left = this.taken(holder) - 1;
      if (left > 0) this.#taken.set(holder, left);
      else this.#taken.delete(holder);
    };
  }
}

/** Under which a limit of the whole process is counted. */
export const everybody = "";

/** Takes one of each or none; returns what gives all back, or the first limit that is reached. */
export function takeEach(wanted: readonly (readonly [Seats, string])[]): (() => void) | Full {
  const taken: (() => void)[] = [];
  const giveBack = () => {
    for (const give of taken) give();
  };
  for (const [seats, holder] of wanted) {
    const seat = seats.take(holder);
    if (typeof seat !== "function") {
      giveBack();
      return seat;
    }
    taken.push(seat);
  }
  return giveBack;
}

/** What one is told who finds no seat. */
export const refusalOf = ({ setting, most }: Full, what: string): string => `${setting} allows ${most} ${what}.`;

export const tooManySubscriptions = (full: Full): GatewayError =>
  new GatewayError("TOO_MANY_SUBSCRIPTIONS", refusalOf(full, "subscriptions"));
