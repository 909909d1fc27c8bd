import { InMemorySpanExporter, NodeTracerProvider, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.js";
import { GatewayError } from "../../src/errors.js";
import { OpenTelemetry } from "../../src/telemetry/open-telemetry.js";
import { isTraced } from "../../src/telemetry/tracer.js";
import { BrokenConnection } from "../../src/upstream/transport/failures.js";
import { watchedSend } from "../../src/upstream/transport/transport.js";
import { fakeGateway, logOf, post, start } from "../server/fake-gateway.js";
import { stillLine } from "../support/still-line.js";

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
beforeEach(() => exporter.reset());

const traceId = "0af7651916cd43dd8448eb211c80319c";
const sender = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${sender}-01`;

const spansOf = (name: RegExp): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => name.test(span.name));
const idOf = (span: ReadableSpan) => span.spanContext().spanId;

/** The span of a request ends when its answer was sent, which its client may notice first. */
async function requestSpans(count: number): Promise<ReadableSpan[]> {
  await expect.poll(() => spansOf(/ \/graphql$/).length).toBe(count);
  return spansOf(/ \/graphql$/);
}

describe("a trace", () => {
  it("goes on from the sender of a request to each exchange with the platform", async () => {
    const line = await stillLine();
    const query = "query Board { contactCenter { current { onlineAgents } } }";
    const { status } = await line.ask(query, { headers: { traceparent, "x-request-id": "board-7" } });
    expect(status).toBe(200);
    const [request] = await requestSpans(1);
    expect(request!.spanContext().traceId).toBe(traceId);
    expect(request!.parentSpanContext?.spanId).toBe(sender);
    expect(request!.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/graphql",
      "http.response.status_code": 200,
      "graphql.operation.type": "query",
      "graphql.operation.name": "Board",
      "lp_gateway.request_id": "board-7",
      "lp_gateway.source": "executed",
      "lp_gateway.calls": line.calls(),
    });
    const exchanges = spansOf(/KEY_METRICS/);
    expect(exchanges.length).toBe(line.calls());
    for (const exchange of exchanges) {
      expect(exchange.spanContext().traceId).toBe(traceId);
      expect(exchange.parentSpanContext?.spanId).toBe(idOf(request!));
      expect(exchange.attributes).toMatchObject({
        "server.address": "127.0.0.1",
        "http.response.status_code": 200,
        "lp_gateway.account": "demo",
        "lp_gateway.api": "KEY_METRICS",
      });
      expect(JSON.stringify(exchange.attributes)).not.toContain("simulated-token");
    }
  });

  it("has one span for a request that is answered from kept bytes, with all that is known of it from the beginning", async () => {
    const line = await stillLine();
    const query = "query Board { contactCenter { current { onlineAgents } } }";
    await line.ask(query);
    await requestSpans(1);
    exporter.reset();
    await line.ask(query, { headers: { traceparent, "x-request-id": "board-8" } });
    const [request] = await requestSpans(1);
    expect(exporter.getFinishedSpans()).toHaveLength(1);
    expect(request!.spanContext().traceId).toBe(traceId);
    expect(request!.parentSpanContext?.spanId).toBe(sender);
    expect(request!.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.response.status_code": 200,
      "graphql.operation.name": "Board",
      "lp_gateway.request_id": "board-8",
      "lp_gateway.source": "memo",
      "lp_gateway.calls": 0,
    });
    const ms = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1_000 + nanoseconds / 1e6;
    expect(ms(request!.duration)).toBeGreaterThan(0);
    expect(Math.abs(ms(request!.startTime) - Date.now())).toBeLessThan(60_000);
  });

  it("links an exchange to every request that shares it", async () => {
    const line = await stillLine();
    line.simulator.setLatency({ base: 150, jitter: 0 });
    const ask = (name: string) => line.ask(`query ${name} { contactCenter { current { onlineAgents } } }`);
    await Promise.all(["A", "B", "C"].map(ask));
    const requests = await requestSpans(3);
    expect(line.calls()).toBe(1);
    const [exchange, ...others] = spansOf(/KEY_METRICS/);
    expect(others).toEqual([]);
    expect(new Set(exchange!.links.map(({ context }) => context.spanId))).toEqual(new Set(requests.map(idOf)));
    expect(exchange!.links.length).toBe(3);
  });

  it("has an exchange that failed as failed, with the code of its error", async () => {
    const line = await stillLine({}, { LP_RETRY_PAUSES_SECONDS: "600" });
    line.simulator.fault({ api: "key-metrics", status: 503, times: 1 });
    await line.ask("{ contactCenter { current { onlineAgents } } }");
    await requestSpans(1);
    const [failed] = spansOf(/KEY_METRICS/);
    expect(failed!.attributes).toMatchObject({ "http.response.status_code": 503, "error.type": "UPSTREAM_UNAVAILABLE" });
    expect(failed!.status.code).toBe(2);
  });

  it("is in the log with the id of the request, also of one that was refused", async () => {
    const { lines, log } = logOf();
    const { gateway } = fakeGateway();
    const keys = [{ name: "a", sha256: "0".repeat(64), accounts: "*" as const, explain: false, conversations: false }];
    const open = await start({ gateway, log, tracer: new OpenTelemetry("0.0.0") });
    const closed = await start({ gateway, log, tracer: new OpenTelemetry("0.0.0"), config: { auth: { kind: "api-key", keys } } });
    await post(open, "{ hello }", { traceparent, "x-request-id": "one" });
    await post(closed, "{ hello }", { traceparent, "x-request-id": "two" });
    const [answered, refused] = await requestSpans(2);
    expect(lines.find(({ requestId }) => requestId === "one")).toMatchObject({ traceId, msg: "GraphQL request answered" });
    expect(lines.find(({ requestId }) => requestId === "two")).toMatchObject({ traceId, msg: "Request refused" });
    expect([answered, refused].map((span) => span!.attributes["http.response.status_code"])).toEqual([200, 401]);
  });
});

describe("a request to the platform", () => {
  it("carries a traceparent with the span of its exchange, and keeps its own headers", async () => {
    let sent: Readonly<Record<string, string>> = {};
    const answer = { status: 200, retryAfter: null, text: "{}", bytes: 2 };
    const tracer = new OpenTelemetry("0.0.0");
    const send = watchedSend(
      async ({ headers = {} }) => {
        sent = headers;
        return answer;
      },
      { tracer },
      systemClock,
    );
    const { context } = tracer.request({ method: "POST", headers: { traceparent }, requestId: "x" });
    const sharers = { parent: context, sharedBy: () => [] };
    const request = { method: "GET" as const, url: "https://lp.example/a?b=c", headers: { authorization: "Bearer s" } };
    expect(await send(request, new AbortController().signal, { account: "demo", api: "KEY_METRICS", sharers })).toBe(answer);
    const [span] = spansOf(/KEY_METRICS/);
    expect(sent).toEqual({ authorization: "Bearer s", traceparent: `00-${traceId}-${idOf(span!)}-01` });
    expect(span!.attributes).toMatchObject({ "url.path": "/a", "server.address": "lp.example", "server.port": 443 });
  });

  it("is as it would be without a tracer, also when it fails", async () => {
    const ends: string[] = [];
    const broken = new BrokenConnection("The connection broke.");
    const send = watchedSend(() => Promise.reject(broken), { exchanged: ({ outcome }) => void ends.push(outcome) }, systemClock);
    const asked = { account: "demo", api: "KEY_METRICS" as const, sharers: undefined };
    const request = { method: "GET" as const, url: "https://lp.example/" };
    await expect(send(request, new AbortController().signal, asked)).rejects.toBe(broken);
    const given = new GatewayError("UPSTREAM_TIMEOUT", "Nobody waits.");
    const abandoned = watchedSend(() => Promise.reject(given), { exchanged: ({ outcome }) => void ends.push(outcome) }, systemClock);
    await expect(abandoned(request, new AbortController().signal, asked)).rejects.toBe(given);
    expect(ends).toEqual(["UPSTREAM_UNAVAILABLE", "ABANDONED"]);
  });
});

it("is traced only where an SDK was registered", () => {
  expect(isTraced()).toBe(true);
});
