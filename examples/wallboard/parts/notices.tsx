import type { Connection } from "../client.js";
import { Sign } from "./sign.js";

interface Props {
  connection: Connection;
  isPaused: boolean;
  simulated: boolean;
  refusals: readonly string[];
}

/** What is true of everything on the board. */
export function Notices({ connection, isPaused, simulated, refusals }: Props) {
  return (
    <div className="notices" role="status">
      {simulated && (
        <p className="notice notice-simulated">
          <b>Simulated figures.</b> They come from the simulator, nothing here from LivePerson.
        </p>
      )}
      {isPaused && (
        <p className="notice">
          <Sign shape="stale" /> <b>Paused.</b> The figures stand still, and grow old.
        </p>
      )}
      {!isPaused && connection.is === "lost" && (
        <p className="notice notice-bad">
          <Sign shape="failed" /> <b>No connection to the gateway.</b> These are the last figures. Trying again…
        </p>
      )}
      {connection.is === "refused" && (
        <p className="notice notice-bad">
          <Sign shape="failed" /> <b>The gateway does not take the credential any more.</b> {connection.reason}{" "}
          <button type="button" onClick={() => location.reload()}>
            Sign in again
          </button>
        </p>
      )}
      {[...new Set(refusals)].map((refusal) => (
        <p className="notice notice-bad" key={refusal}>
          <Sign shape="failed" /> {refusal}
        </p>
      ))}
    </div>
  );
}
