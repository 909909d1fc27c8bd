import type { ApolloServerPlugin, GraphQLRequest } from "@apollo/server";
import type { Logger } from "pino";
import type { Config } from "../config.js";
import { GatewayError } from "../errors.js";
import { caller, type ServedContext } from "./operation.js";

export type TrustOptions = Pick<Config, "trustedDocuments" | "routerSecret">;

/** Stands in for a refused document, which is neither parsed nor validated. */
const harmless = "{ __typename }";

/**
 * Executes a trusted document that is asked for by its hash (`documentId`, with or without "sha256:", or Apollo's
 * `extensions.persistedQuery.sha256Hash`) or by its exact text. Every other is logged in mode report and refused with
 * DOCUMENT_NOT_TRUSTED in mode enforce. A router that shows its secret writes its own documents, and is trusted with them.
 */
export function trustedDocumentsPlugin({ trustedDocuments, routerSecret }: TrustOptions, log: Logger): ApolloServerPlugin<ServedContext> {
  const { mode, byHash } = trustedDocuments;
  const documents = new Map(Object.entries(byHash).map(([hash, text]) => [plain(hash), text]));
  const texts = new Set(documents.values());
  if (mode === "off") return {};

  return {
    async requestDidStart({ request, contextValue }) {
      if (routerSecret !== undefined && contextValue[caller].router) return;
      const id = idOf(request);
      const text = request.query ?? (id === undefined ? undefined : documents.get(id));
      if (text !== undefined && texts.has(text)) return void execute(request, text);
      const operation = { operation: request.operationName ?? null, document: id ?? null };
      if (mode === "report") return void log.warn(operation, "A document that is not trusted was asked for");
      log.warn(operation, "A document that is not trusted was refused");
      execute(request, harmless);
      return { didResolveOperation: () => Promise.reject(notTrusted()) };
    },
  };
}

const notTrusted = () =>
  new GatewayError("DOCUMENT_NOT_TRUSTED", "TRUSTED_DOCUMENTS allows only documents of TRUSTED_DOCUMENTS_FILE, and this is none of them.");

/** In place of what the request holds, the hash included: it need not be the one by which Apollo would remember the text. */
function execute(request: GraphQLRequest, text: string): void {
  const { persistedQuery: _, ...extensions } = request.extensions ?? {};
  request.query = text;
  request.extensions = extensions;
}

function idOf({ extensions, http }: GraphQLRequest): string | undefined {
  const inBody = (http?.body as { documentId?: unknown } | null | undefined)?.documentId;
  const inSearch = new URLSearchParams(http?.search).get("documentId");
  const hash = (extensions?.persistedQuery as { sha256Hash?: unknown } | undefined)?.sha256Hash;
  const id = [inBody, inSearch, hash].find((each) => typeof each === "string");
  return typeof id === "string" ? plain(id.slice(0, 200)) : undefined;
}

/** GraphQL over HTTP writes the algorithm before a SHA-256, Apollo does not. */
const plain = (hash: string): string => hash.replace(/^sha256:/, "");
