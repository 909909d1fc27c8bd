import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
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
      <SkillsChoice>
        <summary>
          {filter.skills.length === 0 ? "All skills" : filter.skills.length === 1 ? "1 skill" : `${filter.skills.length} skills`}
        </summary>
        <fieldset>
          <legend className="unseen">Skills to show</legend>
          {byName(skills).map((skill) => (
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
      </SkillsChoice>
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

const byName = (skills: readonly Named[]) => [...skills].sort((one, other) => nameOfSkill(one).localeCompare(nameOfSkill(other)));

/** Closes with Escape, and with a click outside it, as a menu does. */
function SkillsChoice({ children }: { children: ReactNode }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const closeOutside = ({ target }: PointerEvent) => {
      if (details.current && !details.current.contains(target as Node)) details.current.open = false;
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, []);
  function closeByKey({ key }: KeyboardEvent) {
    if (key !== "Escape" || !details.current) return;
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  }
  return (
    <details className="skills-choice" ref={details} onKeyDown={closeByKey}>
      {children}
    </details>
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
