import type { Behaviour } from "../schema.js";
import { MetricCatalogueResolver } from "./metric-catalogue.js";

/** Everything the face does: one resolver class a type, and one reference function an entity. */
export const behaviour: Behaviour = {
  resolvers: [MetricCatalogueResolver],
  references: {},
};
