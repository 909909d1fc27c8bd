import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { emittedSdl } from "../graphql/fields.js";
import { print } from "./program.js";
import { StartError } from "./start-error.js";

/** Writes the SDL of the subgraph to a file; "-" is standard output, which gets the SDL and nothing else. */
export async function schema(file: string): Promise<void> {
  const sdl = await emittedSdl();
  const isShown = file === "-";
  try {
    // Not by writeFileSync: a pipe that is full for a moment would be EAGAIN.
    await (isShown ? pipeline([sdl], process.stdout, { end: false }) : writeFile(file, sdl));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (isShown && error.code === "EPIPE") return; // The reader has read enough.
    throw new StartError(`The SDL cannot be written to ${isShown ? "standard output" : file}: ${error.message}.`);
  }
  if (!isShown) print(`The SDL of the subgraph was written to ${file}.`);
}
