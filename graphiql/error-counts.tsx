import { useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";
import { type CountedError, countedErrors } from "./errors.js";

const shownErrors = 3;

/** How many fields of the answer that is shown failed, equal errors counted together. Nothing where none did. Must stand inside GraphiQL. */
export function ErrorCounts() {
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  const [errors, setErrors] = useState<CountedError[]>([]);
  useEffect(() => {
    if (!responseEditor) return;
    const count = () => setErrors(countedErrors(responseEditor.getValue()));
    count();
    const listening = responseEditor.onDidChangeModelContent(count);
    return () => listening.dispose();
  }, [responseEditor]);
  if (errors.length === 0) return null;
  const fields = errors.reduce((sum, { count }) => sum + count, 0);
  const others = errors.length - shownErrors;
  return (
    <section className="error-counts" aria-label="Errors of the answer">
      <strong>{fields === 1 ? "1 field failed" : `${fields} fields failed`}</strong>
      <ul>
        {errors.slice(0, shownErrors).map(({ code, message, count }) => (
          <li key={`${code} ${message}`}>
            {count} × {code && <code>{code}</code>} {message}
          </li>
        ))}
        {others > 0 && <li>and {others} other messages</li>}
      </ul>
    </section>
  );
}
