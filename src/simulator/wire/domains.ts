import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

const services = [
  "leDataReporting",
  "agentManagerWorkspace",
  "agentActivityDomain",
  "sentinel",
  "accountConfigReadOnly",
  "asyncMessagingEnt",
];

/** Prefix under which all services answer too, for base URIs with a path. */
export const pathPrefix = "/behind/a/proxy";

function baseUri({ url, variants }: World): string {
  if (variants.baseUri === "host") return url.replace(/^http:\/\//, "");
  return variants.baseUri === "path" ? url + pathPrefix : url;
}

/** GET /api/account/{id}/service/{name}/baseURI.json, and without a name all of them. */
export function answerDomains(world: World, account: string, service: string | undefined): unknown {
  const entry = (name: string) => ({ service: name, account, baseURI: baseUri(world) });
  if (service === undefined) return { baseURIs: services.map(entry) };
  if (!services.includes(service)) throw new Refusal(404, [`Service ${service} is not known.`]);
  return entry(service);
}
