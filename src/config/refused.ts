/** Settings that are planned and have no behaviour yet: refused, because ignoring one would look like protection or sharing that is not there. */
export const refusedSettings: Readonly<Record<string, string>> = {
  REDIS_URL: "a cache shared between replicas",
};
