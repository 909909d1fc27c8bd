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
          <b>Simulated figures.</b> They come from the simulator. Nothing here comes from LivePerson.
        </p>
      )}
      {isPaused && (
        <p className="notice">
          <Sign shape="stale" /> <b>Paused.</b> The figures do not change until you press Pause again.
        </p>
      )}
      {!isPaused && connection.is === "lost" && (
        <p className="notice notice-bad">
          <Sign shape="failed" /> <b>No connection to the gateway.</b> These are the last figures. Trying again…
        </p>
      )}
      {connection.is === "refused" && (
        <p className="notice notice-bad">
          <Sign shape="failed" /> <b>The gateway no longer accepts the credential.</b> {connection.reason}{" "}
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
