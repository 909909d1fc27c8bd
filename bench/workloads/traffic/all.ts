import { arrivals } from "./arrivals.js";
import { directory } from "./directory.js";
import { polling } from "./polling.js";
import { riding } from "./riding.js";
import type { TrafficWorkload } from "./traffic-workload.js";

export const traffic: readonly TrafficWorkload[] = [...arrivals, ...polling, ...riding, ...directory];
