import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { type Company, companySdl, startCompany } from "../../examples/supergraph/company.js";
import { type RouterOptions, startRouter } from "../../examples/supergraph/router.js";
import { compose } from "../../examples/supergraph/supergraph.js";
import type { Answer } from "../support/line.js";

export const metricsSdl = readFileSync(new URL("../../schema/subgraph.graphql", import.meta.url), "utf8");

export interface Federated {
  url: string;
  ask<Data>(query: string, headers?: Record<string, string>): Promise<Pick<Answer<Data>, "data" | "errors">>;
}

/** The example's router over the example's company and the gateway at `metrics`, until the test ends. */
export async function federated(
  metrics: string,
  company: Company,
  options: Pick<RouterOptions, "secret" | "maxCost"> = {},
): Promise<Federated> {
  const other = await startCompany(company);
  onTestFinished(() => other.stop());
  const supergraph = compose([
    { name: "metrics", url: `${metrics}/graphql`, sdl: metricsSdl },
    { name: "company", url: other.url, sdl: companySdl },
  ]);
  const router = await startRouter({ supergraph, metrics: "metrics", ...options });
  onTestFinished(() => router.stop());
  return {
    url: router.url,
    async ask<Data>(query: string, headers: Record<string, string> = {}) {
      const response = await fetch(router.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query }),
      });
      const { data, errors = [] } = (await response.json()) as Partial<Answer<Data>>;
      return { data: data as Data, errors };
    },
  };
}
