export const errorForms = ["causes", "reason", "internal-code", "internal-number", "error", "code", "oauth", "html", "empty"] as const;
export type ErrorForm = (typeof errorForms)[number];

export interface Body {
  type: string;
  text: string;
}

const json = (value: unknown): Body => ({ type: "application/json", text: JSON.stringify(value) });

const forms: Record<ErrorForm, (status: number, message: string, causes: readonly string[], now: number) => Body> = {
  causes: (_, message, causes) => json({ causes, message }),
  reason: (_, message) => json({ reason: message, message }),
  "internal-code": (_, message) => json({ internalCode: "9b2f1e04-7c35-4c5e-9c39-5a1b6f0c2d11", message }),
  "internal-number": (status, message) => json({ internalCode: status * 100 + 7, message }),
  error: (_, message, __, now) => json({ error: { time: now, message, internalCode: 17 } }),
  code: (status) => json({ code: status }),
  oauth: (_, message) => ({ type: "text/plain", text: `oauth_problem=${message.replaceAll(" ", "_").toLowerCase()}` }),
  html: (status, message) => ({
    type: "text/html",
    text: `<html><head><title>${status}</title></head><body><h1>${message}</h1><hr>server</body></html>`,
  }),
  empty: () => ({ type: "text/plain", text: "" }),
};

/** Words of the status line, for refusals without words of their own. */
const statusWords: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The form a status usually has here. */
const usual = (status: number): ErrorForm =>
  status === 400 ? "causes" : status === 401 ? "error" : status >= 500 ? "internal-code" : "reason";

/** A refusal's body in one of the forms seen on the platform. */
export function errorBody(form: ErrorForm | null, status: number, causes: readonly string[], now: number): Body {
  const message = statusWords[status] ?? "Error";
  return forms[form ?? usual(status)](status, message, causes, now);
}
