import type { MetricsApi } from "../../catalogue/metric.js";
import type { Clock } from "../../clock.js";
import { GatewayError } from "../../errors.js";
import type { ExchangeSharers, Tracer } from "../../telemetry/tracer.js";
import { refusal, withoutAnswer } from "./failures.js";
import type { HttpRequest, HttpResponse, Send } from "./http-client.js";

/** One HTTP exchange that has ended: "OK", the code of its error, or "ABANDONED". */
export interface EndedExchange {
  readonly account: string;
  readonly api: MetricsApi;
  readonly outcome: string;
  readonly ms: number;
}

/** Who is told of each HTTP exchange with an API. */
export interface Watchers {
  exchanged?: (exchange: EndedExchange) => void;
  tracer?: Pick<Tracer, "exchange">;
}

/** What an exchange is for. */
export interface Asked {
  readonly account: string;
  readonly api: MetricsApi;
  readonly sharers: ExchangeSharers | undefined;
}

/** Sends, and tells how it ended; as it would be without watchers. */
export function watchedSend(send: Send, { exchanged, tracer }: Watchers, clock: Clock) {
  return async (request: HttpRequest, signal: AbortSignal, { account, api, sharers }: Asked): Promise<HttpResponse> => {
    const begun = clock.monotonic();
    const traced = tracer?.exchange({ account, api, method: request.method, url: request.url, parent: sharers?.parent });
    // Those who share it now: whoever gives up while it runs has shared it too.
    const atFirst = traced ? (sharers?.sharedBy() ?? []) : [];
    const ends = (status: number | null, outcome: string) => {
      exchanged?.({ account, api, outcome, ms: clock.monotonic() - begun });
      traced?.ended({ status, outcome, sharedBy: [...atFirst, ...(sharers?.sharedBy() ?? [])] });
    };
    try {
      const response = await send(traced ? { ...request, headers: { ...request.headers, ...traced.headers } } : request, signal);
      const isGood = response.status === 200 || response.status === 202;
      ends(response.status, isGood ? "OK" : refusal(response, { account, api }, clock.now()).code);
      return response;
    } catch (error) {
      const failure = withoutAnswer(error, { account, api });
      ends(null, failure instanceof GatewayError && failure !== error ? failure.code : "ABANDONED");
      throw error;
    }
  };
}
