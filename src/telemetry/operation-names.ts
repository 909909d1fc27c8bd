import { Kind, parse } from "graphql";

/** Stands for every operation whose name was not declared. */
export const other = "other";

/**
 * The names by which operations are told apart: those that were declared, and those in trusted documents. A client chooses the name of its
 * operation, and could make as many time series as it likes.
 */
export class OperationNames {
  #known: ReadonlySet<string>;

  constructor(
    private readonly declared: readonly string[],
    documents: Readonly<Record<string, string>>,
  ) {
    this.#known = this.#with(documents);
  }

  /** Other documents are trusted from now on. */
  renew(documents: Readonly<Record<string, string>>): void {
    this.#known = this.#with(documents);
  }

  labelOf(operation: string | null): string {
    return operation !== null && this.#known.has(operation) ? operation : other;
  }

  #with(documents: Readonly<Record<string, string>>): ReadonlySet<string> {
    return new Set([...this.declared, ...Object.values(documents).flatMap(namesIn)]);
  }
}

/** None in a text that is no document: it is refused when it is asked for. */
function namesIn(text: string): string[] {
  try {
    return parse(text, { noLocation: true }).definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION && each.name ? [each.name.value] : [],
    );
  } catch {
    return [];
  }
}
