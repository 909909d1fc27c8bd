import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { executeCodegen, loadContext } from "@graphql-codegen/cli";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("what is generated is what codegen makes of the schema, the example operations and those of the wallboard", async () => {
  const context = await loadContext(`${root}codegen.yml`);
  context.updateConfig({ silent: true, cwd: root });
  const made = await executeCodegen(context);
  const files = "result" in made ? made.result : made;
  expect(files.map(({ filename }) => filename).sort()).toEqual(
    ["examples/wallboard/generated", "test/generated"].flatMap((folder) =>
      ["gql.ts", "graphql.ts", "index.ts", "persisted-documents.json"].map((file) => `${folder}/${file}`),
    ),
  );
  for (const { filename, content } of files)
    expect(readFileSync(`${root}${filename}`, "utf8"), `${filename} is out of date: npm run codegen`).toBe(content);
}, 30_000);
