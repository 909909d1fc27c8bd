import { useEffect, useState } from "react";

/** The server's time, once a second: `aheadMs` is by how much its clock is ahead of this one. */
export function useNow(aheadMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  return now + aheadMs;
}
