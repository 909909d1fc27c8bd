import { createHash } from "node:crypto";
import { stringifyDocument } from "@urql/core";
import { entryQuery } from "../../graphiql/entry.js";
import { AgentsDocument, CatalogDocument, DayDocument, SkillsDocument } from "./generated/graphql.js";

/** Every document that the page sends, as it sends it, by its hash: the gateway that serves the page trusts them. */
export const sentDocuments = (): Record<string, string> =>
  Object.fromEntries(
    [entryQuery, ...[AgentsDocument, CatalogDocument, DayDocument, SkillsDocument].map(stringifyDocument)].map((text) => [
      createHash("sha256").update(text).digest("hex"),
      text,
    ]),
  );
