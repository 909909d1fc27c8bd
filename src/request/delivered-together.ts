/** Wrapped, so that a list of them can be handed on before they are there. */
export interface Delivered<T> {
  delivered: Promise<T>;
}

/**
 * Delivers results together, so that what is asked because of them is asked together: all when the last is there, and those that
 * are there when the first has waited for `graceMs`. A slow result keeps the others no longer than that. Results must not reject.
 */
export function deliveredTogether<T>(results: readonly Promise<T>[], graceMs: number): Delivered<T>[] {
  const there: (() => void)[] = [];
  let left = results.length;
  let grace: NodeJS.Timeout | undefined;
  const deliver = () => {
    clearTimeout(grace);
    grace = undefined;
    for (const each of there.splice(0)) each();
  };
  return results.map((result) => ({
    delivered: new Promise<T>((resolve) => {
      void result.then((value) => {
        there.push(() => resolve(value));
        left--;
        if (left === 0) deliver();
        else grace ??= setTimeout(deliver, graceMs);
      });
    }),
  }));
}
