import type { RememberedRows } from "../answers/remembered-rows.js";
import type { ContactCenter } from "../model/contact-center.js";
import type { Parameters } from "./parameters.js";
import type { WireVariants } from "./variants.js";

/** A request that was let in, with what is needed to answer it. */
export interface Asked {
  accountId: string;
  center: ContactCenter;
  parameters: Parameters;
  body: string;
  /** Path with query, as it came. */
  url: string;
  now: number;
  variants: WireVariants;
  intervalLagMs: number;
  rows: RememberedRows;
}

export interface Answered {
  status: number;
  text: string;
}

/** Answers a request or throws a Refusal. */
export type Handler = (asked: Asked) => Answered;

export const ok = (value: unknown): Answered => ({ status: 200, text: JSON.stringify(value) });
