import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Coding } from "./negotiation.js";

/** What there is to say of an answer beside its body. Nothing here belongs to a connection, or to the request that caused it. */
export interface AnswerFacts {
  readonly status: number;
  /** Of the answer itself: its type, and what Apollo Server adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the operation; null when it has none, or none was found. */
  readonly operation: string | null;
  /** The codes of its errors. */
  readonly errors: readonly unknown[];
  /** Whether figures in it are older than their time to live. */
  readonly stale: boolean;
  /** Epoch ms at which the platform was asked for its oldest figure; null when it has none. */
  readonly asOf: number | null;
  /** Epoch ms until which all of its figures are fresh; null when it has none. */
  readonly freshUntil: number | null;
}

export interface Body {
  readonly coding: Coding;
  readonly bytes: Buffer;
}

/** A shorter answer is not worth compressing, bytes. */
const shortest = 1_024;
/** Nor is one that hardly gets shorter. All forms of an answer together are thus at most twice as long as the answer. */
const leastGain = 2;
/** zlib's own quality for brotli, 11, takes a third of a second for 363 KiB. */
const brotliQuality = 4;

const compress = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: (bytes: Buffer) => promisify<Buffer, Buffer>(gzip)(bytes),
};

/** One answer as bytes: as it is, and compressed in each way that a client has asked for. */
export class Answer {
  readonly #plain: Body;
  readonly #compressed = new Map<Coding, Body | Promise<Body>>();

  constructor(
    text: string,
    readonly facts: AnswerFacts,
  ) {
    this.#plain = { coding: "identity", bytes: Buffer.from(text) };
  }

  /** The most bytes that all of its forms take together. */
  get bytes(): number {
    return 2 * this.#plain.bytes.length;
  }

  /** In the coding, or as it is where that is hardly longer. A promise until it has been compressed once. */
  body(coding: Coding): Body | Promise<Body> {
    if (coding === "identity" || this.#plain.bytes.length < shortest) return this.#plain;
    const known = this.#compressed.get(coding);
    if (known) return known;
    const compressing = this.#compress(coding);
    this.#compressed.set(coding, compressing);
    return compressing;
  }

  async #compress(coding: keyof typeof compress): Promise<Body> {
    const bytes = await compress[coding](this.#plain.bytes);
    const body = leastGain * bytes.length <= this.#plain.bytes.length ? { coding, bytes } : this.#plain;
    this.#compressed.set(coding, body);
    return body;
  }
}
