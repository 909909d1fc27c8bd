import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { type Credential, credentialOf } from "./challenge.js";

interface Props {
  /** Of /graphql. */
  url: string;
  /** What is behind the entrance, given the headers that show who asks. */
  children: (headers: Record<string, string>) => ReactNode;
}

type State =
  | { is: "asking" }
  | { is: "open"; headers: Record<string, string> }
  | { is: "closed"; credential: Credential; problem: string | null };

/**
 * Asks for a credential when the server wants one, and sends it with every request of the page: without it the page would show
 * nothing but a refusal, and no name could be completed. It is kept in memory alone.
 */
export function Entrance({ url, children }: Props) {
  const [state, setState] = useState<State>({ is: "asking" });
  const [given, setGiven] = useState("");

  useEffect(() => {
    const asked = new AbortController();
    wanted(url, {}, asked.signal).then(
      (credential) => setState(credential ? { is: "closed", credential, problem: null } : { is: "open", headers: {} }),
      (error: unknown) => {
        if (asked.signal.aborted) return;
        console.warn("The server did not say whether it wants a credential.", error);
        setState({ is: "open", headers: {} });
      },
    );
    return () => asked.abort();
  }, [url]);

  if (state.is === "asking") return null;
  if (state.is === "open") return children(state.headers);

  const closed = state;
  const { credential, problem } = closed;
  async function enter(event: FormEvent) {
    event.preventDefault();
    const headers = credential.headersFor(given.trim());
    try {
      const isRefused = (await wanted(url, headers)) !== null;
      setState(isRefused ? { ...closed, problem: `The gateway does not take this ${credential.name}.` } : { is: "open", headers });
    } catch (error) {
      setState({ ...closed, problem: `It could not be sent: ${error instanceof Error ? error.message : error}.` });
    }
  }
  return (
    <form className="entrance" onSubmit={enter}>
      <p>This gateway wants to know who asks.</p>
      <label>
        {credential.name}
        <input type="password" autoComplete="off" required value={given} onChange={({ target }) => setGiven(target.value)} />
      </label>
      <button type="submit">Open GraphiQL</button>
      {problem && <p role="alert">{problem}</p>}
      <p>
        It is sent in the header <code>{credential.header}</code> with every request of this page and kept nowhere. After a reload the page
        asks again.
      </p>
    </form>
  );
}

/** What the server wants besides these headers; null when it answers with them. */
async function wanted(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Credential | null> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: "{ __typename }" }),
    ...(signal && { signal }),
  });
  return response.status === 401 ? credentialOf(response.headers.get("www-authenticate")) : null;
}
