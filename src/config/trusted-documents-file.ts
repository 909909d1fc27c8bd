import { z } from "zod";
import { fromYamlFile, type YamlFile } from "./yaml-file.js";

export interface TrustedDocuments {
  /** off: every document is executed. report: others than these are logged. enforce: others are refused. */
  mode: "off" | "report" | "enforce";
  /** Text of each document by its hash. */
  byHash: Readonly<Record<string, string>>;
}

const documents = z.record(
  z.string(),
  z.string("the text of a document").regex(/\S/, "the text of a document"),
  "a map from hash to document",
);

/** The documents of a file that graphql-codegen wrote: JSON, which is read as the YAML that it also is. What is wrong is told. */
export const documentsOf = (file: YamlFile): TrustedDocuments["byHash"] => fromYamlFile(file, documents) ?? {};
