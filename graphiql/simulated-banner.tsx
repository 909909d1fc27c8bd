import { useEffect, useState } from "react";

/** Says that figures are simulated when the server says so; shows nothing else. */
export function SimulatedBanner() {
  const [simulated, setSimulated] = useState(false);
  useEffect(() => {
    const asked = new AbortController();
    fetch(new URL("../healthz", location.href), { signal: asked.signal })
      .then(({ headers }) => setSimulated(headers.get("x-gateway-simulated") === "true"))
      .catch((error: unknown) => {
        if (!asked.signal.aborted) console.warn("The server did not say whether its figures are simulated.", error);
      });
    return () => asked.abort();
  }, []);
  return simulated ? (
    <div role="status" className="simulated-banner">
      <strong>Simulated figures.</strong> No account is configured: everything here comes from the simulator, nothing from LivePerson.
    </div>
  ) : null;
}
