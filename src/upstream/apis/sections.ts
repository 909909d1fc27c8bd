import { GatewayError } from "../../errors.js";
import type { Faults } from "../question.js";

/** Reads the sections of one answer apart: what is wrong with one is kept under its name and spoils no other. */
export class Sections<Name extends string> {
  readonly #faults = new Map<Name, GatewayError>();

  /** What `read` returns; `otherwise` when it throws UPSTREAM_INVALID_RESPONSE. The first fault of a section is kept. */
  read<T>(name: Name, read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== "UPSTREAM_INVALID_RESPONSE") throw error;
      if (!this.#faults.has(name)) this.#faults.set(name, error);
      return otherwise;
    }
  }

  has(name: Name): boolean {
    return this.#faults.has(name);
  }

  /** Throws the first fault when all of these sections are faulty: then nothing in the answer is of use. */
  refuseWithout(...useful: readonly Name[]): void {
    const [first] = useful.map((name) => this.#faults.get(name));
    if (first && useful.every((name) => this.#faults.has(name))) throw first;
  }

  /** The property `faults` of a reply; none when nothing is wrong. */
  get faults(): { faults?: Faults<Name> } {
    if (this.#faults.size === 0) return {};
    return { faults: Object.fromEntries([...this.#faults].map(([name, { message }]) => [name, message])) as Faults<Name> };
  }
}

/** The message of the first of these sections that is faulty; null when none is. */
export function firstFault<Name extends string>(faults: Faults<Name> | undefined, needed: readonly Name[]): string | null {
  for (const name of needed) {
    const message = faults?.[name];
    if (message !== undefined) return message;
  }
  return null;
}
