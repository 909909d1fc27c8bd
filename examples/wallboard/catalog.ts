import { useEffect, useState } from "react";
import { CatalogDocument, type CatalogQuery } from "./generated/graphql.js";

export type CatalogMetric = CatalogQuery["metricCatalog"][number];

/** The metrics of the catalogue on which a threshold may be set: those of a skill. */
export function useCatalog(url: string, headers: Record<string, string>): readonly CatalogMetric[] {
  const [metrics, setMetrics] = useState<readonly CatalogMetric[]>([]);
  useEffect(() => {
    const asking = new AbortController();
    ask(url, headers, asking.signal).then(setMetrics, (error: unknown) => {
      if (!asking.signal.aborted) console.warn("The catalogue of metrics did not come.", error);
    });
    return () => asking.abort();
  }, [url, headers]);
  return metrics;
}

async function ask(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<readonly CatalogMetric[]> {
  const body = JSON.stringify({ query: String(CatalogDocument) });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body, signal });
  const { data, errors } = (await response.json()) as { data?: CatalogQuery; errors?: { message: string }[] };
  if (!data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
  return data.metricCatalog.filter(({ field }) => /^(CurrentMetrics|KeyMetrics|SkillSegments)\.\w+$/.test(field));
}
