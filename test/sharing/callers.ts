import type { Caller } from "../../src/server/gateway-port.js";
import type { Asker } from "../longrun/traffic.js";

/** Three accounts with the same ids of agents, skills and groups (-1 among them) and different pasts. */
export const accounts = [
  { id: "north", seed: 11, bearers: ["n0rth-a", "n0rth-b"] },
  { id: "south", seed: 22, bearers: ["s0uth"] },
  { id: "west", seed: 33, bearers: ["w3st"] },
];

const caller = (id: string, readable: Caller["accounts"], bearer?: string): Caller => ({
  id,
  accounts: readable,
  explain: true,
  conversations: true,
  ...(bearer !== undefined && { bearer }),
});

const all = accounts.map(({ id }) => id);

/** Every mixture of rights; north is read with the caller's own token, of which there are two good ones. */
export const askers: readonly Asker[] = [
  { caller: caller("everything-a", "*", "n0rth-a"), readable: all },
  { caller: caller("everything-b", all, "n0rth-b"), readable: all },
  { caller: caller("north-a", ["north"], "n0rth-a"), readable: ["north"] },
  { caller: caller("north-b", ["north"], "n0rth-b"), readable: ["north"] },
  { caller: caller("south", ["south"]), readable: ["south"] },
  { caller: caller("south-with-token", ["south"], "n0rth-a"), readable: ["south"] },
  { caller: caller("south-west", ["south", "west", "nowhere"]), readable: ["south", "west"] },
  { caller: caller("nothing", []), readable: [] },
];
