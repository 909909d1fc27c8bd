import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc, { type Arbitrary } from "fast-check";
import type { GraphQLSchema } from "graphql";
import { behaviour } from "../../src/graphql/fields.js";
import { buildGatewaySchema } from "../../src/graphql/schema.js";
import { type Line, startLine } from "../support/line.js";
import { exchanged } from "./exchange.js";
import { hostileRequest } from "./hostile-request.js";
import { codesOf, faultsOf, type Told } from "./judgement.js";
import { validOperation } from "./valid-operation.js";

const settings = { LP_MAX_CONCURRENT: "20", LP_MAX_PER_MINUTE: "100000", LP_RETRY_PAUSES_SECONDS: "0", CACHE_MAX_BYTES: "8388608" };
/** Codes that say that an operation was not what the schema admits; a limit may still have refused it. */
const invalid: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_REQUEST",
]);

/** What a number of inputs came to. */
export interface Findings {
  inputs: number;
  /** How many answers had each code; "none" for those without errors. */
  codes: Record<string, number>;
}

/** One line over real HTTP, and inputs of any number thrown at it. */
export class Campaign {
  private constructor(
    readonly line: Line,
    private readonly schema: GraphQLSchema,
  ) {}

  static async start(): Promise<Campaign> {
    const { schema } = await buildGatewaySchema(behaviour);
    return new Campaign(await startLine({ latencyMs: { base: 0, jitter: 0 } }, settings), schema);
  }

  /** Operations that the schema admits: whatever their arguments, they are executed, or refused by a limit. Throws what fast-check found. */
  valid(runs: number, seed: number): Promise<Findings> {
    const truth = this.line.simulator.truth("demo");
    const ids = [...truth.agents.slice(0, 5), ...truth.skills.slice(0, 5), ...truth.groups.slice(0, 3)].map(({ id }) => id);
    return this.#run(validOperation(this.schema, { ids, now: Date.now() }), runs, seed, async (operation) => {
      const { status, body, headers } = await this.line.ask(operation.query, { variables: operation.variables });
      const told = { status, headers: headersOf(headers), body };
      const refused = codesOf(told).find((code) => invalid.has(code));
      return { told, faults: refused === undefined ? [] : [`a valid operation was answered with ${String(refused)}`] };
    });
  }

  /** Requests of which hardly anything is right. Throws what fast-check found. */
  hostile(runs: number, seed: number): Promise<Findings> {
    return this.#run(hostileRequest, runs, seed, async (request) => ({ told: await exchanged(this.line.url, request), faults: [] }));
  }

  async isUp(): Promise<boolean> {
    return (await fetch(`${this.line.url}/healthz`)).ok;
  }

  stop(): Promise<void> {
    return this.line.stop();
  }

  async #run<T>(
    inputs: Arbitrary<T>,
    numRuns: number,
    seed: number,
    send: (input: T) => Promise<{ told: Told; faults: string[] }>,
  ): Promise<Findings> {
    const findings: Findings = { inputs: 0, codes: {} };
    const property = fc.asyncProperty(inputs, async (input) => {
      const { told, faults } = await send(input);
      findings.inputs += 1;
      for (const code of new Set(codesOf(told).length > 0 ? codesOf(told) : ["none"])) {
        findings.codes[String(code)] = (findings.codes[String(code)] ?? 0) + 1;
      }
      const found = [...faultsOf(told), ...faults];
      if (found.length > 0) throw new Error(`${found.join("; ")}\n${told.body.slice(0, 1000)}`);
    });
    await fc.assert(property, { numRuns, seed, endOnFailure: true });
    return findings;
  }
}

const headersOf = (headers: Headers): string => [...headers].map(([name, value]) => `${name}: ${value}`).join("\r\n");

/** Bytes that the heap holds once what is not used is gone. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
