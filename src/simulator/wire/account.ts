import type { RememberedRows } from "../answers/remembered-rows.js";
import type { ContactCenter } from "../model/contact-center.js";

/** An account that the simulator serves. */
export interface Account {
  id: string;
  bearers: string[];
  clientId: string;
  clientSecret: string;
  center: ContactCenter;
  rows: RememberedRows;
}
