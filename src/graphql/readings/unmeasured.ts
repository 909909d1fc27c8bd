import type { Measurement } from "../types/measured.js";

/** Of an object from which nothing that needs an answer is selected: nobody reads it. */
export const unmeasured: Measurement = { asOf: Number.NaN, stale: false, window: { from: Number.NaN, to: Number.NaN } };
