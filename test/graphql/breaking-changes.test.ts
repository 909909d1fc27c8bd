import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { breakingChanges, isAtLeast, leastVersion } from "../../scripts/breaking-changes.js";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { version } = JSON.parse(text("package.json")) as { version: string };
const present = text("schema/subgraph.graphql");
const changelog = text("CHANGELOG.md");
const releases = readdirSync(new URL("../../schema/releases", import.meta.url)).map((file) => file.replace(/\.graphql$/, ""));
const last = releases.reduce((newest, each) => (isAtLeast(each, newest) ? each : newest));

const sdl = (body: string) => `type Query {\n  agent(id: ID!): Agent\n}\n\n${body}\n`;
const agent = 'type Agent @key(fields: "accountId id") {\n  id: ID!\n  accountId: ID!\n  name: String\n}';

describe("the schema beside that of the last release", () => {
  test("breaks nothing, or the version has a higher major number", () => {
    const breaks = breakingChanges(text(`schema/releases/${last}.graphql`), present);
    const least = leastVersion(last, breaks);
    const advice = `The schema breaks what release ${last} has: take the change back, or raise the version in package.json to ${least}.`;
    expect(isAtLeast(version, least) ? [] : breaks, advice).toEqual([]);
  });

  test("is told of in CHANGELOG.md where it differs", () => {
    const differs = text(`schema/releases/${last}.graphql`) !== present;
    const [newest] = changelog.match(/^## .+$/gm) ?? [];
    expect(newest).toMatch(differs ? /^## (Unreleased|\d+\.\d+\.\d+)$/ : /^## /);
    if (differs) expect(newest).not.toBe(`## ${last}`);
  });

  test("each release has its heading in CHANGELOG.md", () => {
    for (const release of releases) expect(changelog).toContain(`\n## ${release}\n`);
  });
});

describe("a change that breaks", () => {
  test.each([
    ["a field that is gone", agent.replace("  name: String\n", ""), ["Agent.name was removed."]],
    ["a field that may be null now", agent.replace("id: ID!", "id: ID"), ["Agent.id changed type from ID! to ID."]],
    ["a key that is gone", agent.replace(' @key(fields: "accountId id")', ""), ['@key(fields: "accountId id") of Agent was removed.']],
    ["another key", agent.replace('"accountId id"', '"id"'), ['@key(fields: "accountId id") of Agent was removed.']],
  ])("%s is named", (_, changed, named) => {
    expect(breakingChanges(sdl(agent), sdl(changed))).toEqual(named);
  });

  test("an argument that must be given now is named", () => {
    const changed = sdl(agent).replace("id: ID!)", "id: ID!, window: Int!)");
    expect(breakingChanges(sdl(agent), changed)).toEqual(["A required arg window on Query.agent was added."]);
  });

  test("what is added breaks nothing", () => {
    const grown = agent.replace("name: String", "name: String\n  login(first: Int): String").replace("type Agent", "type Agent @tag");
    expect(breakingChanges(sdl(agent), sdl(grown))).toEqual([]);
  });

  test("asks for a higher major number, whatever else the version says", () => {
    expect(leastVersion("1.4.2", ["Agent.name was removed."])).toBe("2.0.0");
    expect(leastVersion("0.1.0", ["Agent.name was removed."])).toBe("1.0.0");
    expect(leastVersion("1.4.2", [])).toBe("1.4.2");
    expect([isAtLeast("1.9.9", "2.0.0"), isAtLeast("2.0.0", "2.0.0"), isAtLeast("10.0.0", "9.9.9"), isAtLeast("0.10.0", "0.9.0")]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});
