import { describe, expect, it } from "vitest";
import { longSentences, mostWords, sentencesOf } from "../../scripts/long-sentences.js";
import { pages, textOf } from "./page.js";

describe("A sentence", () => {
  it.each([
    ["ends with a full stop, a question mark or an exclamation mark", "One two. Three? Four five six!", [2, 1, 3]],
    ["goes on over lines, and does not end with a colon or an abbreviation", "One two\nthree: four, e.g. five.", [6]],
    [
      "ends with its item of a list, its heading, its cell of a table",
      "# One\n\n- two three\n- four\n\n| five | six seven |\n|---|---|",
      [1, 2, 1, 1, 2],
    ],
    ["counts a code span as one word, and no code block", "See `a b c` now.\n\n```sh\none two three\n```\n", [3]],
  ])("%s", (_, markdown, words) => {
    expect(sentencesOf(markdown).map(({ words }) => words)).toEqual(words);
  });

  it(`of more than ${mostWords} words is found`, () => {
    expect(longSentences(`${"word ".repeat(mostWords)}end.`)).toHaveLength(1);
    expect(longSentences(`${"word ".repeat(mostWords - 1)}end.`)).toEqual([]);
  });
});

it.each(pages)(`%s has no sentence of more than ${mostWords} words`, (page) => {
  expect(longSentences(textOf(page)).map(({ text, words }) => `${words}: ${text}`)).toEqual([]);
});
