import { dayMs, floorTo, hourMs, minuteMs } from "../../../src/time.js";

/** Yesterday, 11:47:20 UTC. A workload of less than 40 s crosses no minute there, and no quarter of an hour. */
export const quarterToNoon = (): number => floorTo(Date.now(), dayMs) - 12 * hourMs - 13 * minuteMs + 20_000;
