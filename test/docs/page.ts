import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A code block of a page. */
export interface Block {
  /** The heading that it stands under, without its marks. */
  heading: string;
  language: string;
  code: string;
  /** The path in its first line, where that is a comment with a path alone: the reader writes the block into that file. */
  file: string | undefined;
}

const fence = /^( *)```(\w*)\n(.*?)^ *```$|^(?: {4}[^\n]*\n)+|^(#+) ([^\n]*)$/gms;
const namedFile = /^(?:\/\/|#|<!--) ([\w.-]+(?:\/[\w.-]+)*\.\w+)(?: -->)?\n/;

/** The code blocks of a text in Markdown, in order. Indented blocks have no language. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  for (const [all, , language, fenced, , title] of text.matchAll(fence)) {
    if (title !== undefined) {
      heading = title;
      continue;
    }
    const code = fenced ?? all.replaceAll(/^ {4}/gm, "");
    blocks.push({ heading, language: language ?? "", code, file: namedFile.exec(code)?.[1] });
  }
  return blocks;
}

export const textOf = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** The block of a page that holds a text. Throws an error where there is none, or more than one. */
export function blockWith(path: string, part: string): Block {
  const found = blocksOf(textOf(path)).filter(({ code }) => code.includes(part));
  const [block] = found;
  if (!block || found.length > 1) throw new Error(`${path} has ${found.length} code blocks with "${part}", not one.`);
  return block;
}

/** The documentation: README, CONTRIBUTING and everything in docs. */
export const pages: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md"],
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
