import type { Workload } from "../workload.js";
import { intervals } from "./intervals.js";
import { lists } from "./lists.js";
import { sharing } from "./sharing.js";
import { watching } from "./viewers.js";

export const workloads: readonly Workload[] = [...lists, ...sharing, ...intervals, ...watching];
