import type { ReactNode } from "react";
import type { Filter } from "../filter.js";
import { nameOfSkill } from "../metrics.js";

interface Named {
  id: string;
  name: string | null;
}

interface Props {
  filter: Filter;
  change: (change: Partial<Filter>) => void;
  accounts: readonly string[];
  groups: readonly Named[];
  skills: readonly Named[];
  isPaused: boolean;
  setPaused: (isPaused: boolean) => void;
  openSettings: () => void;
}

export function Controls({ filter, change, accounts, groups, skills, isPaused, setPaused, openSettings }: Props) {
  return (
    <div className="controls">
      {accounts.length > 1 && (
        <Choice
          label="Account"
          value={filter.account ?? accounts[0] ?? ""}
          choose={(account) => change({ account, group: null, skills: [] })}
        >
          {accounts.map((account) => (
            <option key={account}>{account}</option>
          ))}
        </Choice>
      )}
      <Choice label="Group" value={filter.group ?? ""} choose={(group) => change({ group: group || null })}>
        <option value="">All groups</option>
        {filter.group !== null && !groups.some(({ id }) => id === filter.group) && (
          <option value={filter.group}>Group {filter.group}</option>
        )}
        {groups.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? `Group ${id}`}
          </option>
        ))}
      </Choice>
      <details className="skills-choice">
        <summary>
          {filter.skills.length === 0 ? "All skills" : filter.skills.length === 1 ? "1 skill" : `${filter.skills.length} skills`}
        </summary>
        <fieldset>
          <legend className="unseen">Skills to show</legend>
          {skills.map((skill) => (
            <label key={skill.id}>
              <input
                type="checkbox"
                checked={filter.skills.includes(skill.id)}
                onChange={({ target }) =>
                  change({ skills: target.checked ? [...filter.skills, skill.id] : filter.skills.filter((id) => id !== skill.id) })
                }
              />
              {nameOfSkill(skill)}
            </label>
          ))}
          <button type="button" disabled={filter.skills.length === 0} onClick={() => change({ skills: [] })}>
            Show all skills
          </button>
        </fieldset>
      </details>
      <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
        Pause
      </button>
      {document.fullscreenEnabled && (
        <button type="button" onClick={() => void toggleFullScreen()}>
          Full screen
        </button>
      )}
      <button type="button" onClick={openSettings}>
        Settings
      </button>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choose: (value: string) => void;
  children: ReactNode;
}

const Choice = ({ label, value, choose, children }: ChoiceProps) => (
  <label className="choice">
    <span className="unseen">{label}</span>
    <select value={value} onChange={({ target }) => choose(target.value)}>
      {children}
    </select>
  </label>
);

const toggleFullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
