import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";

/** Content codings of an answer. */
export type Coding = "identity" | "gzip" | "br";

/** The best first: where a client takes several alike, it gets the smallest. */
const codings: readonly Coding[] = ["br", "gzip", "identity"];
/** As Apollo Server offers them, and in its order. */
const mediaTypes = ["application/json", "application/graphql-response+json"] as const;

export type MediaType = (typeof mediaTypes)[number];

/** Header texts whose meaning is remembered: clients send few different ones. */
const remembered = 1_000;

/** What a request accepts, by the text of its header, which is read once. */
export function negotiation() {
  const mediaTypeOf = once((accept) => new Negotiator({ headers: { accept } }).mediaType(mediaTypes) as MediaType | undefined);
  const codingOf = once((header) => bestOf(new Negotiator({ headers: { "accept-encoding": header } }).encodings([...codings])));
  return {
    /** Undefined when the client takes none that there is. */
    mediaType: (accept: string | undefined): MediaType | undefined => (accept === undefined ? mediaTypes[0] : mediaTypeOf(accept)),
    coding: (header: string | undefined): Coding => (header === undefined ? "identity" : codingOf(header)),
  };
}

/** `accepted`: by the client's preference. What it prefers less than the answer as it is does not count. */
function bestOf(accepted: readonly string[]): Coding {
  const plain = accepted.indexOf("identity");
  const wanted = plain < 0 ? accepted : accepted.slice(0, plain);
  return codings.find((coding) => wanted.includes(coding)) ?? "identity";
}

function once<Meaning>(read: (text: string) => Meaning): (text: string) => Meaning {
  const known = new LRUCache<string, { meaning: Meaning }>({ max: remembered });
  return (text) => {
    const found = known.get(text) ?? { meaning: read(text) };
    known.set(text, found);
    return found.meaning;
  };
}
