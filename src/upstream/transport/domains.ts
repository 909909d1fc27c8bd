import { GatewayError } from "../../errors.js";
import { minuteMs } from "../../time.js";
import type { Service } from "../call.js";
import { exactJson } from "./exact-json.js";
import { type HttpResponse, isWireFailure, type Send } from "./http-client.js";
import { Remembered } from "./remembered.js";
import { retryAfterMs } from "./retry-after.js";
import { timeLimit } from "./time-limit.js";

/** Base URLs by service; `csds` is the domain look-up, which finds those that are left out. */
export type Services = Readonly<{ csds: string } & Partial<Record<Service | "sentinel", string>>>;

/** What the domain look-up calls each service. */
const platformNames: Readonly<Record<Service | "sentinel", string>> = {
  operations: "leDataReporting",
  keyMetrics: "agentManagerWorkspace",
  intervalMetrics: "agentActivityDomain",
  sentinel: "sentinel",
};

const keptMs = 10 * minuteMs;
const lookUpTimeoutMs = 10_000;

/**
 * Where one account's services are: by the settings, else by the platform's domain look-up (CSDS), kept ten minutes.
 * Rejects with UPSTREAM_REJECTED when the platform does not know account or service, UPSTREAM_RATE_LIMITED after a 429,
 * UPSTREAM_INVALID_RESPONSE when it names no address, else UPSTREAM_UNAVAILABLE.
 */
export class Domains {
  readonly #looked = new Map<string, Remembered<string>>();

  constructor(
    private readonly account: { id: string; services: Services },
    private readonly send: Send,
    private readonly now: () => number,
  ) {}

  /** Base URL without a slash at its end. */
  async baseUrl(service: Service | "sentinel"): Promise<string> {
    const named = this.account.services[service];
    if (named !== undefined) return this.#normalized(named, service);
    const remembered = this.#looked.get(service) ?? new Remembered(() => this.#lookUp(service), this.now);
    this.#looked.set(service, remembered);
    return remembered.get();
  }

  async #lookUp(service: Service | "sentinel") {
    const name = platformNames[service];
    const base = this.#normalized(this.account.services.csds, "csds");
    const url = `${base}/api/account/${encodeURIComponent(this.account.id)}/service/${name}/baseURI.json?version=1.0`;
    const limit = timeLimit(lookUpTimeoutMs);
    try {
      const response = await this.send({ method: "GET", url }, limit.signal);
      return { value: this.#normalized(this.#baseUri(response, name), service), goodUntil: this.now() + keptMs };
    } catch (error) {
      throw isWireFailure(error) ? this.#error("UPSTREAM_UNAVAILABLE", "it cannot be reached. Ask again later.") : error;
    } finally {
      limit.end();
    }
  }

  #baseUri({ status, text, retryAfter }: HttpResponse, name: string): unknown {
    if (status === 200) return baseUriIn(text);
    if (status === 429) {
      throw this.#error("UPSTREAM_RATE_LIMITED", "too many requests (429).", { status, ...retryAfterMs(retryAfter, this.now()) });
    }
    if (status >= 400 && status < 500) {
      const what = `the platform does not know the account or its service ${name} (${status}). Check the account's id, or name the service's base URL in the settings.`;
      throw this.#error("UPSTREAM_REJECTED", what, { status });
    }
    throw this.#error("UPSTREAM_UNAVAILABLE", `it failed (${status}). Ask again later.`, { status });
  }

  /** Space and slashes at the end removed; a bare host means https. */
  #normalized(address: unknown, service: string): string {
    const text = typeof address === "string" ? address.trim().replace(/\/+$/, "") : "";
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
    if (text !== "" && URL.canParse(url) && /^https?:\/\/[^?#]+$/i.test(url)) return url;
    throw this.#error("UPSTREAM_INVALID_RESPONSE", `it names no usable address of the service ${service}.`);
  }

  #error(code: GatewayError["code"], what: string, facts: { status?: number; retryAfterMs?: number } = {}): GatewayError {
    return new GatewayError(code, `Domain look-up: ${what}`, { account: this.account.id, ...facts });
  }
}

/** Undefined when the body is not what the look-up answers. */
function baseUriIn(text: string): unknown {
  try {
    const body = exactJson(text);
    return body !== null && typeof body === "object" && "baseURI" in body ? body.baseURI : undefined;
  } catch {
    return undefined; // The caller tells what is wrong with the address.
  }
}
