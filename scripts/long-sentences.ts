import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** More words make a sentence that has to be read twice. */
export const mostWords = 30;

export interface Sentence {
  text: string;
  words: number;
}

/** A code span, a link's address and an image say nothing to count: each span is one word, a link its text, or one word where that is a path. */
const plain = (line: string): string =>
  line
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replaceAll(/`[^`]+`/g, "code")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, (_, text: string) => (/\.\w+$/.test(text) ? "Page" : text))
    .replaceAll(/<https?:[^>]*>/g, "address");

/** The sentences of a text in Markdown: of its paragraphs, items of lists, and cells of tables. Code blocks are left out. */
export function sentencesOf(markdown: string): Sentence[] {
  const blocks: string[] = [];
  let open = false;
  for (const line of markdown.replaceAll(/^ *```.*?^ *```$/gms, "\n").split("\n")) {
    const isIndented = /^ {4}/.test(line);
    if (/^\s*$/.test(line) || isIndented) open = false;
    else if (/^\s*\|/.test(line)) {
      blocks.push(...plain(line.replaceAll("\\|", "/")).split("|"));
      open = false;
    } else if (/^(#+|\s*[-*]|\s*\d+\.)\s/.test(line) || !open) {
      blocks.push(plain(line.replace(/^(#+|\s*[-*]|\s*\d+\.)\s/, "")));
      open = !line.startsWith("#");
    } else blocks.push(`${blocks.pop()} ${plain(line.trim())}`);
  }
  return blocks
    .flatMap((block) => block.split(/(?<=[.!?]["')*]*)\s+(?=["'(*]*[A-Z]|code\b)/))
    .map((text) => ({ text: text.trim(), words: text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length }))
    .filter(({ words }) => words > 0);
}

export const longSentences = (markdown: string): Sentence[] => sentencesOf(markdown).filter(({ words }) => words > mostWords);

/** Prints the long sentences of README.md, CONTRIBUTING.md and docs: now, or at a commit. Usage: long-sentences.ts [commit] */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [commit] = process.argv.slice(2);
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" });
  const paths = commit
    ? git("ls-tree", "-r", "--name-only", commit).split("\n")
    : ["README.md", "CONTRIBUTING.md", ...readdirSync("docs").map((name) => `docs/${name}`)];
  let [all, long] = [0, 0];
  for (const path of paths.filter((path) => /^(README|CONTRIBUTING|docs\/[\w-]+)\.md$/.test(path))) {
    const text = commit ? git("show", `${commit}:${path}`) : readFileSync(path, "utf8");
    const found = longSentences(text);
    all += sentencesOf(text).length;
    long += found.length;
    process.stdout.write(`${path}: ${found.length}\n${commit ? "" : found.map(({ text, words }) => `  ${words}  ${text}\n`).join("")}`);
  }
  process.stdout.write(`${long} of ${all} sentences have more than ${mostWords} words.\n`);
}
