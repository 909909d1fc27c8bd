import type { Client } from "@urql/core";
import { useEffect, useState } from "react";
import { CatalogDocument, type CatalogQuery } from "./generated/graphql.js";

export type CatalogMetric = CatalogQuery["metricCatalog"][number];

/** The metrics of the catalogue on which a threshold may be set: those of a skill. */
export function useCatalog(client: Client): readonly CatalogMetric[] {
  const [metrics, setMetrics] = useState<readonly CatalogMetric[]>([]);
  useEffect(() => {
    const asked = client.query(CatalogDocument, {}).subscribe(({ data, error }) => {
      if (data) setMetrics(data.metricCatalog.filter(({ field }) => /^(CurrentMetrics|KeyMetrics|SkillSegments)\.\w+$/.test(field)));
      else console.warn("The catalogue of metrics did not come.", error);
    });
    return asked.unsubscribe;
  }, [client]);
  return metrics;
}
