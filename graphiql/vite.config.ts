import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "../dist/graphiql",
    emptyOutDir: true,
    // The editor is one large chunk; it is served compressed, once, and cached for good.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      onLog(level, log, next) {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") next(level, log);
      },
    },
  },
  worker: { format: "es" },
});
