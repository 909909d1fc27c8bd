import type { Call } from "../../../../src/upstream/call.js";
import type { ApiName, Question } from "../../../../src/upstream/question.js";
import { intervalMetricsOracle } from "./interval-metrics.js";
import { keyMetricsOracle } from "./key-metrics.js";
import type { ApiOracle } from "./oracle.js";
import { agentSegmentsOracle, skillSegmentsOracle } from "./segments.js";

type Oracles = { [A in ApiName]: ApiOracle<Extract<Question, { api: A }>, Extract<Call, { api: A }>> };

const oracles: Oracles = {
  "agent-segments": agentSegmentsOracle,
  "skill-segments": skillSegmentsOracle,
  "key-metrics": keyMetricsOracle,
  "interval-metrics": intervalMetricsOracle,
};

export const oracleOf = (api: ApiName): ApiOracle<Question, Call> => oracles[api] as unknown as ApiOracle<Question, Call>;
