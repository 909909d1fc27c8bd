import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";

export interface SubgraphAddress {
  name: string;
  url: string;
  sdl: string;
}

/** The supergraph of the subgraphs, as any Apollo Federation 2 router reads it. Throws an error with every reason why they do not fit. */
export function compose(subgraphs: readonly SubgraphAddress[]): string {
  const { errors, supergraphSdl } = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (supergraphSdl === undefined) throw new Error(`The subgraphs do not compose: ${errors?.map(({ message }) => message).join(" ")}`);
  return supergraphSdl;
}
