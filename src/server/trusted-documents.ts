import type { ApolloServerPlugin, BaseContext, GraphQLRequest } from "@apollo/server";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { GatewayError } from "../errors.js";
import { type Caller, itself } from "./gateway-port.js";

export type TrustOptions = Pick<Config, "trustedDocuments" | "routerSecret">;

/** Stands in for a refused document, which is neither parsed nor validated. */
const harmless = "{ __typename }";

/**
 * Executes a trusted document that is asked for by its hash (`documentId`, with or without "sha256:", Relay's `doc_id`, or
 * Apollo's `extensions.persistedQuery.sha256Hash`) or by its exact text. Every other is logged in mode report and refused with
 * DOCUMENT_NOT_TRUSTED in mode enforce. A router that shows its secret writes its own documents, and is trusted with them.
 */
export const trustedDocumentsPlugin = <Context extends BaseContext>(
  trust: Trust,
  callerOf: (context: Context) => Caller,
): ApolloServerPlugin<Context> => ({
  async requestDidStart({ request, contextValue }) {
    const caller = callerOf(contextValue);
    if (caller === itself) return;
    const { operationName = null, query } = request;
    const judged = trust.judge({ operationName, query, id: idOf(request), isRouter: caller.router ?? false });
    if (judged instanceof GatewayError) {
      execute(request, harmless);
      return { didResolveOperation: () => Promise.reject(judged) };
    }
    if (judged !== undefined) execute(request, judged);
    return;
  },
});

/** A document as it is asked for: by its text, by its hash, or by both. */
export interface AskedDocument {
  operationName: string | null;
  query: string | undefined;
  id: string | undefined;
  isRouter: boolean;
}

/** Which documents are trusted now. */
export class Trust {
  #documents: ReadonlyMap<string, string> = new Map();
  #texts: ReadonlySet<string> = new Set();

  /** `own`: documents of the gateway's own pages, which are trusted always. */
  constructor(
    private readonly options: TrustOptions,
    private readonly log: Logger,
    private readonly own: Readonly<Record<string, string>> = {},
  ) {
    this.renew(options.trustedDocuments);
  }

  get mode(): TrustOptions["trustedDocuments"]["mode"] {
    return this.options.trustedDocuments.mode;
  }

  /** Other documents are trusted from now on. */
  renew({ byHash }: Pick<TrustOptions["trustedDocuments"], "byHash">): void {
    this.#documents = new Map(Object.entries({ ...this.own, ...byHash }).map(([hash, text]) => [plain(hash), text]));
    this.#texts = new Set(this.#documents.values());
  }

  /** The text to execute in place of what was asked for, DOCUMENT_NOT_TRUSTED, or undefined: what was asked for is executed. */
  judge({ operationName, query, id, isRouter }: AskedDocument): string | GatewayError | undefined {
    if (this.mode === "off" || (this.options.routerSecret !== undefined && isRouter)) return undefined;
    const text = query ?? (id === undefined ? undefined : this.#documents.get(id));
    if (text !== undefined && this.#texts.has(text)) return text;
    const operation = { operation: operationName, document: id ?? null };
    this.log.warn(operation, `A document that is not trusted was ${this.mode === "report" ? "asked for" : "refused"}`);
    return this.mode === "report" ? undefined : notTrusted();
  }
}

const notTrusted = () =>
  new GatewayError("DOCUMENT_NOT_TRUSTED", "TRUSTED_DOCUMENTS allows only documents of TRUSTED_DOCUMENTS_FILE, and this is none of them.");

/** In place of what the request holds, the hash included: it need not be the one by which Apollo would remember the text. */
function execute(request: GraphQLRequest, text: string): void {
  const { persistedQuery: _, ...extensions } = request.extensions ?? {};
  request.query = text;
  request.extensions = extensions;
}

/** GraphQL over HTTP names the hash documentId, Relay's own documentation doc_id. */
const idNames = ["documentId", "doc_id"] as const;

function idOf({ extensions, http }: GraphQLRequest): string | undefined {
  const body = Object(http?.body) as Readonly<Record<string, unknown>>;
  const search = new URLSearchParams(http?.search);
  return documentId([...idNames.map((name) => body[name]), ...idNames.map((name) => search.get(name))], extensions);
}

/** The first hash that is given, by one of the names for it or by Apollo's extension. */
export function documentId(
  given: readonly unknown[],
  extensions: Readonly<Record<string, unknown>> | null | undefined,
): string | undefined {
  const hash = (extensions?.persistedQuery as { sha256Hash?: unknown } | undefined)?.sha256Hash;
  const id = [...given, hash].find((each) => typeof each === "string");
  return typeof id === "string" ? plain(id.slice(0, 200)) : undefined;
}

/** GraphQL over HTTP writes the algorithm before a SHA-256, Apollo does not. */
const plain = (hash: string): string => hash.replace(/^sha256:/, "");
