import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import type { Credential } from "./challenge.js";
import { knock } from "./entry.js";

interface Props {
  /** Of /graphql. */
  url: string;
  /** What the page is called on its button. */
  opens: string;
  /** What is behind the entrance, given the headers that show who asks and the accounts that can be read. */
  children: (open: Open) => ReactNode;
}

interface Open {
  headers: Record<string, string>;
  accounts: readonly string[];
}

type State = { is: "asking" } | ({ is: "open" } & Open) | { is: "closed"; credential: Credential; problem: string | null };

/**
 * Asks for a credential when the server wants one, and sends it with every request of the page: without it the page would show
 * nothing but a refusal, and no name could be completed. It is kept in memory alone.
 */
export function Entrance({ url, opens, children }: Props) {
  const [state, setState] = useState<State>({ is: "asking" });
  const [given, setGiven] = useState("");

  useEffect(() => {
    const asked = new AbortController();
    knock(url, {}, asked.signal).then(
      (entry) =>
        setState("wants" in entry ? { is: "closed", credential: entry.wants, problem: null } : { is: "open", headers: {}, ...entry }),
      (error: unknown) => {
        if (asked.signal.aborted) return;
        console.warn("The server did not say whether it wants a credential.", error);
        setState({ is: "open", headers: {}, accounts: [] });
      },
    );
    return () => asked.abort();
  }, [url]);

  if (state.is === "asking") return null;
  if (state.is === "open") return children(state);

  const closed = state;
  const { credential, problem } = closed;
  async function enter(event: FormEvent) {
    event.preventDefault();
    const headers = credential.headersFor(given.trim());
    try {
      const entry = await knock(url, headers);
      const problem = `The gateway does not accept this ${credential.name}.`;
      setState("wants" in entry ? { ...closed, problem } : { is: "open", headers, ...entry });
    } catch (error) {
      setState({ ...closed, problem: `It could not be sent: ${error instanceof Error ? error.message : error}.` });
    }
  }
  return (
    <form className="entrance" onSubmit={enter}>
      <p>
        To open {opens}, enter your {credential.name}.
      </p>
      <label>
        {credential.name}
        <input type="password" autoComplete="off" required value={given} onChange={({ target }) => setGiven(target.value)} />
      </label>
      <button type="submit">Open {opens}</button>
      {problem && <p role="alert">{problem}</p>}
      <p>
        The page sends it in the header <code>{credential.header}</code> with every request and stores it nowhere. After a reload the page
        asks again.
      </p>
    </form>
  );
}
