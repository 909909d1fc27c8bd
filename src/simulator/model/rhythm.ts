import { day, hour } from "./duration.js";

/** Share of the busiest hour, by hour of the day (UTC): a quiet night, a peak before noon and one after. */
const ofHours = [
  0.14, 0.1, 0.08, 0.08, 0.1, 0.16, 0.3, 0.5, 0.75, 0.94, 1, 0.97, 0.86, 0.9, 0.98, 0.96, 0.88, 0.78, 0.66, 0.58, 0.48, 0.38, 0.28, 0.2,
];

/** Share of the busiest day, by day of the week, from Sunday on. */
const ofDays = [0.4, 1, 0.97, 0.95, 0.95, 0.92, 0.52];

/** 0 is Sunday (UTC). 1 January 1970 was a Thursday. */
export const weekdayOf = (at: number): number => (Math.floor(at / day) + 4) % 7;

/** How busy the hour is, as a share of the busiest of the week. */
export const busyness = (at: number): number => ofHours[Math.floor((at % day) / hour)]! * ofDays[weekdayOf(at)]!;

const mean = (shares: readonly number[]): number => shares.reduce((sum, share) => sum + share, 0) / shares.length;

/** The busiest hour as a multiple of the average one. */
export const peakToMean = 1 / (mean(ofHours) * mean(ofDays));
