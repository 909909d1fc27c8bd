import { useEffect, useMemo, useState } from "react";
import { useCatalog } from "./catalog.js";
import { type Connection, openClient } from "./client.js";
import { useFilter } from "./filter.js";
import { AgentsDocument, DayDocument, SkillsDocument } from "./generated/graphql.js";
import { lightsOf } from "./lights.js";
import { namedMetrics, type SkillFigures } from "./metrics.js";
import { Agents } from "./parts/agents.js";
import { Announcer } from "./parts/announcer.js";
import { Controls } from "./parts/controls.js";
import { HeatMap } from "./parts/heat-map.js";
import { Lights } from "./parts/lights.js";
import { Notices } from "./parts/notices.js";
import { Settings } from "./parts/settings.js";
import { Strip } from "./parts/strip.js";
import { Tiles } from "./parts/tiles.js";
import { Trends } from "./parts/trends.js";
import { askServerFacts, type ServerFacts } from "./server-facts.js";
import { useTheme } from "./theme.js";
import { keepThresholds, readThresholds } from "./threshold-store.js";
import { useFeed } from "./use-feed.js";
import { useLevels } from "./use-levels.js";
import { useNow } from "./use-now.js";

interface Props {
  /** Of /graphql. */
  url: string;
  credentials: Record<string, string>;
  /** That may be read. */
  accounts: readonly string[];
}

export function Board({ url, credentials, accounts }: Props) {
  const [connection, setConnection] = useState<Connection>({ is: "connecting" });
  const { client, close } = useMemo(() => openClient(url, credentials, setConnection), [url, credentials]);
  useEffect(() => close, [close]);

  const [facts, setFacts] = useState<ServerFacts>({ simulated: false, aheadMs: 0 });
  useServerFacts(connection.is === "open", setFacts);
  const now = useNow(facts.aheadMs);
  const [isPaused, setPaused] = useState(false);
  const [filter, changeFilter] = useFilter();
  const [theme, setTheme] = useTheme();
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  const catalog = useCatalog(client);
  const [thresholds, setThresholds] = useState(readThresholds);

  const accountId = filter.account ?? accounts[0] ?? null;
  const groups = filter.group === null ? null : [filter.group];
  const wanted = filter.skills.length === 0 ? null : [...filter.skills];
  const feeds = {
    skills: useFeed(client, SkillsDocument, { accountId, groups, skills: wanted, ofAllGroups: groups === null }, !isPaused),
    agents: useFeed(client, AgentsDocument, { accountId, groups }, !isPaused),
    day: useFeed(client, DayDocument, { accountId, group: filter.group, groups }, !isPaused),
  };
  const account = feeds.skills.data?.contactCenter;
  const skills = useKnownSkills(account === undefined ? undefined : (account?.skills?.nodes ?? null));
  const levels = useLevels(skills ?? noSkills, thresholds);
  const unitOf = (metric: string) =>
    namedMetrics.find((named) => named.metric === metric)?.unit ?? catalog.find(({ field }) => field === metric)?.unit ?? "COUNT";
  const directory = feeds.agents.data?.contactCenter;

  return (
    <>
      <header>
        <h1>
          Wallboard <span className="account">{accountId}</span>
        </h1>
        <Lights lights={lightsOf(feeds, now)} />
        <Controls
          filter={filter}
          change={changeFilter}
          accounts={accounts}
          groups={directory?.agentGroups?.nodes ?? []}
          skills={directory?.skills?.nodes ?? skills ?? []}
          isPaused={isPaused}
          setPaused={setPaused}
          openSettings={() => setSettingsOpen(true)}
        />
      </header>
      <Notices
        connection={connection}
        isPaused={isPaused}
        simulated={facts.simulated}
        refusals={Object.values(feeds).flatMap(({ refusal, errors }) => [
          ...(refusal === null || connection.is === "refused" ? [] : [refusal]),
          ...errors.filter(({ extensions }) => extensions?.api === undefined).map(({ message }) => message),
        ])}
      />
      <main>
        <Strip account={account} errors={feeds.skills.errors} now={now} />
        <section aria-labelledby="skills-title" className="skills">
          <h2 id="skills-title">Skills, worst first</h2>
          <Tiles skills={skills} levels={levels} thresholds={thresholds} unitOf={unitOf} errors={feeds.skills.errors} now={now} />
        </section>
        <Trends feed={feeds.day} skills={filter.skills} now={now} />
        <Agents feed={feeds.agents} group={filter.group} thresholds={thresholds} now={now} />
        <HeatMap feed={feeds.day} skills={filter.skills} now={now} />
      </main>
      <Announcer skills={skills ?? noSkills} thresholds={thresholds} levels={levels} />
      <Settings
        isOpen={areSettingsOpen}
        close={() => setSettingsOpen(false)}
        thresholds={thresholds}
        change={(next) => {
          keepThresholds(next);
          setThresholds(next);
        }}
        catalog={catalog}
        unitOf={unitOf}
        theme={theme}
        setTheme={setTheme}
      />
    </>
  );
}

const noSkills: readonly SkillFigures[] = [];

/** While the list of skills fails, those that were known, without figures: their tiles say that no answer came. */
function useKnownSkills(nodes: readonly SkillFigures[] | null | undefined): readonly SkillFigures[] | undefined {
  const [known, setKnown] = useState<readonly SkillFigures[]>(noSkills);
  if (nodes && nodes !== known) setKnown(nodes);
  const withoutFigures = useMemo(() => known.map(({ id, name }) => ({ id, name, current: null, keyMetrics: null })), [known]);
  return nodes === null ? withoutFigures : nodes;
}

/** Asked again after each connection: another gateway may have answered it. */
function useServerFacts(isOpen: boolean, told: (facts: ServerFacts) => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `told` sets a state.
  useEffect(() => {
    if (!isOpen) return;
    const asking = new AbortController();
    askServerFacts(asking.signal).then(told, (error: unknown) => {
      if (!asking.signal.aborted) console.warn("The gateway did not say whether its figures are simulated.", error);
    });
    return () => asking.abort();
  }, [isOpen]);
}
