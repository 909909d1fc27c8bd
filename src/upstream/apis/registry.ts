import type { ApiName } from "../question.js";
import { agentSegments } from "./agent-segments/descriptor.js";
import type { Api } from "./descriptor.js";
import { intervalMetrics } from "./interval-metrics/descriptor.js";
import { keyMetrics } from "./key-metrics/descriptor.js";
import { skillSegments } from "./skill-segments/descriptor.js";

/** Every API of the platform that the gateway asks. A new one is added here. */
const registry: { readonly [A in ApiName]: Api<A> } = {
  "agent-segments": agentSegments,
  "skill-segments": skillSegments,
  "key-metrics": keyMetrics,
  "interval-metrics": intervalMetrics,
};

/** The descriptor of each API. Question, call and reply go with its name, which TypeScript cannot follow through a table. */
export const apiByName = registry as unknown as Readonly<Record<ApiName, Api>>;

export const apis: readonly Api[] = Object.values(apiByName);
