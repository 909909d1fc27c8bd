import { z } from "zod";
import { fromYamlFile, type YamlFile } from "./yaml-file.js";

export interface TrustedDocuments {
  /** off: every document is executed. report: others than these are logged. enforce: others are refused. */
  mode: "off" | "report" | "enforce";
  /** Text of each document by its hash. */
  byHash: Readonly<Record<string, string>>;
}

const text = z.string("the text of a document").regex(/\S/, "the text of a document");

/** As graphql-codegen and Relay's compiler write documents. */
const map = z.record(z.string(), text, "a map from hash to document, or an Apollo manifest");

const manifestFormat = "apollo-persisted-query-manifest";
/** As Apollo's `generate-persisted-query-manifest` writes documents, with the id that its link sends. */
const manifest = z
  .object({
    format: z.literal(manifestFormat),
    version: z.literal("1", "1"),
    operations: z.array(
      z.object({ id: z.string("the hash of a document").min(1, "the hash of a document"), body: text }),
      "a list of operations",
    ),
  })
  .transform(({ operations }) => Object.fromEntries(operations.map(({ id, body }) => [id, body])));

const isManifest = (said: unknown): boolean => (said as { format?: unknown } | null)?.format === manifestFormat;

const documents = z.unknown().transform((said, context): Record<string, string> => {
  const read = (isManifest(said) ? manifest : map).safeParse(said);
  if (read.success) return read.data;
  for (const issue of read.error.issues) context.addIssue({ ...issue } as never);
  return z.NEVER;
});

/**
 * The documents of a file that a client's tool wrote: the map of graphql-codegen or Relay, or Apollo's manifest. It is JSON, which is read as
 * the YAML that it also is. What is wrong is told.
 */
export const documentsOf = (file: YamlFile): TrustedDocuments["byHash"] => fromYamlFile(file, documents) ?? {};
