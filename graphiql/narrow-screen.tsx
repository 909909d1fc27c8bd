import { useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";

/** As in page.css. */
const narrow = "(max-width: 800px)";

/** Where the screen is narrow, the query has no line numbers, and its long lines are wrapped. Shows nothing, and must stand inside GraphiQL. */
export function NarrowScreen() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const isNarrow = useMatches(narrow);
  useEffect(() => {
    queryEditor?.updateOptions({ wordWrap: isNarrow ? "on" : "off", lineNumbers: isNarrow ? "off" : "on" });
  }, [queryEditor, isNarrow]);
  return null;
}

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setMatches(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
