import { defineConfig, type Plugin } from "vite";
import { sentDocuments } from "./documents.js";

/** Writes down what the page sends, for gateways with TRUSTED_DOCUMENTS. */
const trustedDocuments: Plugin = {
  name: "trusted-documents",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "trusted-documents.json", source: `${JSON.stringify(sentDocuments(), null, 2)}\n` });
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [trustedDocuments],
  build: { outDir: "../../dist/wallboard", emptyOutDir: true },
});
