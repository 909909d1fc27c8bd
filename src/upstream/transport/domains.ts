import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import { minuteMs } from "../../time.js";
import { exactJson } from "../apis/platform-form.js";
import type { HttpResponse, Send, Service } from "../call.js";
import { isWithoutAnswer, retryAfterMs } from "./failures.js";
import { isLoopback, leadsInward } from "./inward-address.js";
import { type Found, LookUps } from "./look-ups.js";

/** Base URLs by service; `csds` is the domain look-up, which finds those that are left out. */
export type Services = Readonly<{ csds: string } & Partial<Record<Located, string>>>;

/** What the domain look-up calls each service. */
const platformNames: Readonly<Record<Located, string>> = {
  operations: "leDataReporting",
  keyMetrics: "agentManagerWorkspace",
  intervalMetrics: "agentActivityDomain",
  sentinel: "sentinel",
};

const keptMs = 10 * minuteMs;
const lookUpTimeoutMs = 10_000;

/** What the domain look-up is asked for. */
export type Located = Service | "sentinel";

/**
 * Where one account's services are, as base URLs without a slash at the end: by the settings, else by the platform's domain look-up (CSDS),
 * asked again every ten minutes. When that fails, the known address serves on, without an end.
 * While no address is known, rejects with UPSTREAM_REJECTED when the platform does not know account or service, UPSTREAM_RATE_LIMITED
 * after a 429, UPSTREAM_INVALID_RESPONSE when it names no address or one that may not be called, else UPSTREAM_UNAVAILABLE.
 */
export function domainsOf(account: { id: string; services: Services }, send: Send, clock: Clock): LookUps<Located, string> {
  const directory = new DomainDirectory(account, send, clock);
  const unanswered = directory.error("UPSTREAM_UNAVAILABLE", "it has not answered yet.");
  return new LookUps<Located, string>((service) => directory.lookUp(service), clock, { unanswered, given: account.services });
}

class DomainDirectory {
  constructor(
    private readonly account: { id: string; services: Services },
    private readonly send: Send,
    private readonly clock: Clock,
  ) {}

  async lookUp(service: Located): Promise<Found<string>> {
    const name = platformNames[service];
    const base = this.#address(this.account.services.csds, "csds");
    const url = `${base}/api/account/${encodeURIComponent(this.account.id)}/service/${name}/baseURI.json?version=1.0`;
    try {
      const response = await this.send({ method: "GET", url }, AbortSignal.timeout(lookUpTimeoutMs));
      const value = this.#outward(this.#address(this.#baseUri(response, name), service), service);
      return { value, freshUntil: this.clock.monotonic() + keptMs, usableUntil: Infinity };
    } catch (error) {
      throw isWithoutAnswer(error) ? this.error("UPSTREAM_UNAVAILABLE", "it cannot be reached. Ask again later.") : error;
    }
  }

  #baseUri({ status, text, retryAfter }: HttpResponse, name: string): unknown {
    if (status === 200) return baseUriIn(text);
    if (status === 429) {
      throw this.error("UPSTREAM_RATE_LIMITED", "too many requests (429).", { status, ...retryAfterMs(retryAfter, this.clock.now()) });
    }
    if (status >= 400 && status < 500) {
      const what = `the platform does not know the account or its service ${name} (${status}). Check the account's id, or name the service's base URL in the settings.`;
      throw this.error("UPSTREAM_REJECTED", what, { status });
    }
    throw this.error("UPSTREAM_UNAVAILABLE", `it failed (${status}). Ask again later.`, { status });
  }

  /** As `URL` reads it, without slashes at the end. A bare host means https, but http where a look-up over http names this machine. */
  #address(given: unknown, service: string): string {
    const text = typeof given === "string" ? given.trim() : "";
    const bare = `https://${text}`;
    const scheme = this.#isOwn && URL.canParse(bare) && isLoopback(new URL(bare)) ? "http" : "https";
    const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${scheme}://${text}`;
    if (/^https?:\/\/[^?#]+$/i.test(address) && URL.canParse(address)) {
      const { origin, pathname, username, password } = new URL(address);
      if (username === "" && password === "") return (origin + pathname).replace(/\/+$/, "");
    }
    throw this.error("UPSTREAM_INVALID_RESPONSE", `it names no usable address of the service ${service}.`);
  }

  /**
   * Requests carry a token, so an answer of the look-up may not send them into the operator's own network, nor over http.
   * The operator's own look-up may name any address.
   */
  #outward(address: string, service: string): string {
    if (this.#isOwn) return address;
    const url = new URL(address);
    if (url.protocol === "https:" && !leadsInward(url)) return address;
    const fault = url.protocol === "https:" ? "within this machine or a private network" : "without https";
    const what = `it names an address ${fault} for the service ${service}, which is not called. Name the service's base URL in the settings if it is right.`;
    throw this.error("UPSTREAM_INVALID_RESPONSE", what);
  }

  /** A look-up over http is the operator's own: a simulator, a test. */
  get #isOwn(): boolean {
    return /^http:/i.test(this.account.services.csds.trim());
  }

  error(code: GatewayError["code"], what: string, facts: { status?: number; retryAfterMs?: number } = {}): GatewayError {
    return new GatewayError(code, `Domain look-up: ${what}`, { account: this.account.id, ...facts });
  }
}

/** Undefined when the body is not what the look-up answers. */
function baseUriIn(text: string): unknown {
  try {
    const body = exactJson(text);
    return body !== null && typeof body === "object" && "baseURI" in body ? body.baseURI : undefined;
  } catch {
    return undefined; // The caller says what is wrong with the address.
  }
}
