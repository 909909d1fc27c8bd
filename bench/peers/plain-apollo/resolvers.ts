import DataLoader from "dataloader";
import * as platform from "./platform.js";

type Loader<T> = DataLoader<string, T | null>;

/** What the skills and agents of one request ask: one loader for each API and window, so that their ids share a call. */
export class Loaders {
  readonly #loaders = new Map<string, Loader<never>>();

  segments = (minutes: number) => this.#byId(`segments ${minutes}`, (ids) => platform.skillSegments(ids, minutes));
  keyMetrics = (minutes: number) => this.#byId(`key metrics ${minutes}`, (ids) => platform.keyMetrics(ids, minutes));
  agentSegments = (minutes: number) => this.#byId(`agents ${minutes}`, (ids) => platform.agentSegments(named(ids), minutes));
  current = () => this.#byId("current", platform.currentMetrics);

  agentIntervals = (minutes: number, everyMinutes: number) =>
    this.#loader<object[]>(`intervals ${minutes} ${everyMinutes}`, async (ids) => {
      const cuts = await platform.agentIntervals(named(ids), minutes, everyMinutes);
      return ids.map((id) => cuts.map(({ from, to, part }) => ({ from, to, ...part.figures.get(id) })));
    });

  #byId(name: string, ask: (ids: readonly string[]) => Promise<platform.Part>): Loader<platform.Figures> {
    return this.#loader(name, async (ids) => {
      const { figures } = await ask(ids);
      return ids.map((id) => figures.get(id) ?? null);
    });
  }

  /** Ids go in a fixed order, so that the same ones share an answer in the cache. */
  #loader<T>(name: string, ask: (ids: readonly string[]) => Promise<(T | null)[]>): Loader<T> {
    const known = this.#loaders.get(name) as Loader<T> | undefined;
    if (known) return known;
    const loader: Loader<T> = new DataLoader(async (ids) => {
      const sorted = ids.toSorted();
      const values = await ask(sorted);
      const byId = new Map(sorted.map((id, at) => [id, values[at]!]));
      return ids.map((id) => byId.get(id) ?? null);
    });
    this.#loaders.set(name, loader as Loader<never>);
    return loader;
  }
}

/** More ids than fit a URL: all. */
const named = (ids: readonly string[]): readonly string[] | "all" => (ids.length > 300 ? "all" : ids);

export interface Context {
  loaders: Loaders;
}

interface Entity {
  id: string;
}

const listed = (_: unknown, { ids }: { ids: string[] }) => ({ nodes: ids.map((id) => ({ id })) });

/** Every field that is not here is a plain property of its parent. */
export const resolvers = {
  Query: { contactCenter: () => ({ accountId: process.env.LP_ACCOUNT }) },
  ContactCenter: {
    skills: listed,
    agents: listed,
    agentSegments: async (_: unknown, { lastMinutes }: { lastMinutes: number }) => (await platform.agentSegments("all", lastMinutes)).total,
    skillSegments: async (_: unknown, { lastMinutes, skillIds }: { lastMinutes: number; skillIds: string[] }) =>
      (await platform.skillSegments(skillIds.toSorted(), lastMinutes)).total,
  },
  Skill: {
    name: async ({ id }: Entity, _: unknown, { loaders }: Context) => (await loaders.current().load(id))?.name,
    current: ({ id }: Entity, _: unknown, { loaders }: Context) => loaders.current().load(id),
    keyMetrics: ({ id }: Entity, { lastMinutes }: { lastMinutes: number }, { loaders }: Context) =>
      loaders.keyMetrics(lastMinutes).load(id),
    segments: ({ id }: Entity, { lastMinutes }: { lastMinutes: number }, { loaders }: Context) => loaders.segments(lastMinutes).load(id),
  },
  Agent: {
    segments: async ({ id }: Entity, { lastMinutes }: { lastMinutes: number }, { loaders }: Context) => {
      const figures = await loaders.agentSegments(lastMinutes).load(id);
      return figures && { ...figures, id, lastMinutes };
    },
  },
  AgentSegments: {
    intervals: ({ id, lastMinutes }: Entity & { lastMinutes: number }, { everyMinutes }: { everyMinutes: number }, { loaders }: Context) =>
      loaders.agentIntervals(lastMinutes, everyMinutes).load(id),
  },
};
