/**
 * The merges that rest on something the platform is taken to do and no page of the vendor's proves, each with what that is.
 * `doctor --verify` asks a real account; LP_MERGES_OFF turns off the ones that do not hold there.
 */
export const merges = {
  widen: "a row of agent or skill segments is the same however many ids are asked for with it",
  split: "skillIds only split agent segments: the rows and totals of agents still count the segments of every skill",
  summary: "the summary beside intervals equals the answer without intervals",
  keys: "a row of the key metrics is the same with and without a filter for its own key",
  total: "the section all of the key metrics is the same with and without rows beside it",
  current: "current values of the key metrics are the same whatever the window",
  unfiltered: "a row of the interval metrics is the same with and without a filter for an id it is grouped by",
} as const;

export type Merge = keyof typeof merges;
export const mergeNames = Object.keys(merges) as [Merge, ...Merge[]];
