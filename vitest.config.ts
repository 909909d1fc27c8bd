import { defineConfig } from "vitest/config";
import { trackedFiles } from "./scripts/tracked-files.js";

/** `npm test` runs the tests that git tracks (mode "tracked"); `npx vitest` all there are. */
const tracked = () => trackedFiles()?.filter((path) => /^test\/.*\.test\.ts$/.test(path));

export default defineConfig(({ mode }) => ({
  // graphql 16 ships a CommonJS and an ES build. Vite would load the second for our sources while our dependencies
  // load the first from Node, and graphql refuses objects "from another realm": pin everyone to one file.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: (mode === "tracked" && tracked()) || ["test/**/*.test.ts"],
    setupFiles: ["reflect-metadata"],
    // Vitest leaves one core free; many tests wait rather than compute.
    maxWorkers: "100%",
    coverage: { provider: "v8", include: ["src/**/*.ts"], reporter: ["text-summary"] },
  },
}));
