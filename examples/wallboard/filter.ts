import { useEffect, useState } from "react";

/** What the page is about, kept in its address. Without a group: all. No skills: all. */
export interface Filter {
  account: string | null;
  group: string | null;
  skills: readonly string[];
}

export function useFilter(): [Filter, (change: Partial<Filter>) => void] {
  const [filter, setFilter] = useState(read);
  useEffect(() => {
    const moved = () => setFilter(read());
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  return [
    filter,
    (change) => {
      const next = { ...filter, ...change };
      history.pushState(null, "", `${location.pathname}${write(next)}`);
      setFilter(next);
    },
  ];
}

function read(): Filter {
  const asked = new URLSearchParams(location.search);
  return { account: asked.get("account"), group: asked.get("group"), skills: asked.getAll("skill").filter((id) => id !== "") };
}

function write({ account, group, skills }: Filter): string {
  const asked = new URLSearchParams([
    ...(account === null ? [] : [["account", account]]),
    ...(group === null ? [] : [["group", group]]),
    ...skills.map((skill) => ["skill", skill]),
  ]);
  return asked.size === 0 ? "" : `?${asked}`;
}
