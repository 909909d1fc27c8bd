import { byNumber, type MakeProbe, objectOf } from "../probe.js";

/** Names of skills and groups: those of other accounts differ under the same ids. */
const keyList =
  (list: "skills" | "agentGroups", truthOf: "skills" | "groups"): MakeProbe =>
  () => ({
    field: `${list} { totalCount nodes { id name accountId } }`,
    expected: (answer, { account: accountId, truth, failed }, path) => {
      if (answer === null) return failed(path) ? null : "a list";
      const entities = [...truth[truthOf]].sort((a, b) => byNumber(a.id, b.id));
      return { totalCount: entities.length, nodes: entities.map(({ id, name }) => ({ id, name, accountId })) };
    },
  });

export const skillNames = keyList("skills", "skills");
export const groupNames = keyList("agentGroups", "groups");

/** Agent.name, login and group: null where nothing tells them, never another account's. */
export const agentNaming: MakeProbe = (dice, subject) => {
  const id = dice.of(subject.agents);
  return {
    field: `agent(id: "${id}") { id name login group { id } }`,
    expected: (answer, { truth }) => {
      const { name, login, group } = objectOf(answer);
      const agent = truth.agents.find((each) => each.id === id);
      const ifKnown = <T>(known: unknown, value: T) => (known === null ? null : value);
      return {
        id,
        name: ifKnown(name, agent?.name ?? null),
        login: ifKnown(login, agent?.login ?? null),
        group: ifKnown(group, agent ? { id: agent.group.id } : null),
      };
    },
  };
};
