import { distance } from "fastest-levenshtein";
import { isApplicationKey } from "./oauth1.js";
import { settings } from "./settings.js";

const known = Object.keys(settings.shape);
const unit = /_(MS|MILLISECONDS|SECONDS?|MINUTES?|HOURS?|BYTES|KB|MB)$/;

/**
 * Variables that Kubernetes and Docker put into every container for each service near it: one called lp-metrics-gateway makes
 * LP_METRICS_GATEWAY_SERVICE_HOST. https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const ofService = /_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

/** A name that no setting has. */
export interface Misspelt {
  name: string;
  /** The setting that it is probably meant for; null when it only begins as settings do. */
  meant: string | null;
}

/**
 * Variables that are set and are no settings, but look like one: few letters differ, only the unit does, or the name begins with LP_.
 * A setting that is set itself is not the one meant. `spoken` are names that a file of accounts speaks of: they are right as they are.
 */
export function misspeltIn(environment: Readonly<Record<string, string | undefined>>, spoken: ReadonlySet<string>): Misspelt[] {
  const set = Object.keys(environment).filter((name) => environment[name]?.trim());
  const unset = known.filter((setting) => !set.includes(setting));
  return set
    .filter((name) => !known.includes(name) && !spoken.has(name) && !isApplicationKey(name))
    .map((name) => ({ name, meant: nearest(name.toUpperCase(), unset) }))
    .filter(({ name, meant }) => meant !== null || (name.startsWith("LP_") && !ofService.test(name)));
}

/** One sentence for each name that is probably a setting's, and one for all that only begin so; their values are in none. */
export function sentencesOn(misspelt: readonly Misspelt[]): string[] {
  const strangers = misspelt.filter(({ meant }) => meant === null).map(({ name }) => name);
  const are = strangers.length > 1 ? "are" : "is";
  return [
    ...misspelt.flatMap(({ name, meant }) => (meant === null ? [] : [`${name} is set, but is no setting: is ${meant} meant?`])),
    ...(strangers.length === 0
      ? []
      : [`${strangers.join(", ")} ${are} set, but no setting of the gateway, although the name begins with LP_: nothing reads it.`]),
  ];
}

/** One letter in five may be wrong; two neighbours swapped count as two. So of short names, HOST or PORT, only the case may be wrong. */
function nearest(name: string, unset: readonly string[]): string | null {
  const [first] = unset
    .map((setting) => ({ setting, wrong: isSameButUnit(name, setting) ? 0 : distance(name, setting) }))
    .filter(({ setting, wrong }) => wrong <= setting.length / 5)
    .sort((a, b) => a.wrong - b.wrong);
  return first?.setting ?? null;
}

/** TTL_SEGMENTS_MS or TTL_SEGMENTS for TTL_SEGMENTS_SECONDS; a single word without its unit could be anybody's. */
function isSameButUnit(name: string, setting: string): boolean {
  const [mine, whole] = [name.replace(unit, ""), setting.replace(unit, "")];
  return whole !== setting && mine === whole && name.includes("_");
}
