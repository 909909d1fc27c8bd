/** An error of an answer, and how many fields have it. */
export interface CountedError {
  code: string | null;
  message: string;
  count: number;
}

interface Answer {
  errors?: readonly { message: string; extensions?: { code?: string } }[];
}

/** The errors of an answer as text, equal ones together, the most frequent first; none when it is no answer. */
export function countedErrors(text: string): CountedError[] {
  const counted = new Map<string, CountedError>();
  for (const { message, extensions } of errorsIn(text)) {
    const code = extensions?.code ?? null;
    const key = JSON.stringify([code, message]);
    const known = counted.get(key) ?? { code, message, count: 0 };
    counted.set(key, { ...known, count: known.count + 1 });
  }
  return [...counted.values()].sort((a, b) => b.count - a.count);
}

function errorsIn(text: string): NonNullable<Answer["errors"]> {
  try {
    const { errors } = JSON.parse(text) as Answer;
    return Array.isArray(errors) ? errors : [];
  } catch {
    return []; // The pane holds nothing yet, or what is no JSON.
  }
}
