import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { answerAgentSegments } from "./agent-segments.js";
import type { Api } from "./api.js";
import { type Handler, ok } from "./asked.js";
import { answerDomains, pathPrefix } from "./domains.js";
import { exchange, type Visit } from "./exchange.js";
import { answerIntervalMetrics } from "./interval-metrics.js";
import { answerKeyMetrics } from "./key-metrics.js";
import type { Parameters } from "./parameters.js";
import { answerToken } from "./sentinel.js";
import { answerSkillSegments } from "./skill-segments.js";
import type { World } from "./world.js";

/** The last value of a parameter given twice. */
function parametersOf(request: FastifyRequest): Parameters {
  const query = request.query as Record<string, string | string[]>;
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]));
}

/** Brings the account's contact centre up to date and lets the handler answer. */
const metrics =
  (world: World, handler: Handler) =>
  ({ account, body, request, at, nothingDone }: Visit) => {
    account.center.advanceTo(at);
    const { variants } = world;
    const intervalLagMs = nothingDone ? Number.POSITIVE_INFINITY : world.intervalLagMs;
    return handler({
      accountId: account.id,
      center: account.center,
      rows: account.rows,
      parameters: parametersOf(request),
      body,
      url: request.url,
      now: at,
      variants,
      intervalLagMs,
    });
  };

/** The platform's services, all on one port. */
export function platform(world: World): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    bodyLimit: 4_000_000,
    rewriteUrl: (request) => {
      const url = request.url ?? "/";
      return url.startsWith(`${pathPrefix}/`) ? url.slice(pathPrefix.length) : url;
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_, body, done) => done(null, body));
  const serve = (api: Api, answer: (visit: Visit) => ReturnType<Handler>) => (request: FastifyRequest, reply: FastifyReply) =>
    exchange(world, api, request, reply, answer);

  app.get("/operations/api/account/:id/msgagentsegments", serve("agent-segments", metrics(world, answerAgentSegments)));
  app.get("/operations/api/account/:id/msgskillsegments", serve("skill-segments", metrics(world, answerSkillSegments)));
  app.post("/manager_workspace/api/account/:id/metrics", serve("key-metrics", metrics(world, answerKeyMetrics)));
  app.get("/api/account/:id/interval-metrics", serve("interval-metrics", metrics(world, answerIntervalMetrics)));
  app.post(
    "/sentinel/api/v2/account/:id/app/token",
    serve("token", ({ account, body, request }) => ok(answerToken(world, account, body, request.headers.authorization))),
  );
  const domains = serve("domains", ({ account, request }) => {
    const { name } = request.params as { name?: string };
    return ok(answerDomains(world, account.id, name));
  });
  app.get("/api/account/:id/service/:name/baseURI.json", domains);
  app.get("/api/account/:id/service/baseURI.json", domains);
  return app;
}
