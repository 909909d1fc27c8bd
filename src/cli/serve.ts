import type { Logger } from "pino";
import { renewed } from "../config/renewed.js";
import { type Config, ConfigError, configFrom, doubtsOf, type MetricsConfig } from "../config.js";
import { warnOf } from "../server/log.js";
import type { GatewayMetrics } from "../telemetry/metrics.js";
import { isTraced, type Tracer } from "../telemetry/tracer.js";
import type { Program } from "./program.js";
import { type SimulatorProcess, startSimulatorProcess } from "./simulator-process.js";
import { terminalLog } from "./terminal-log.js";

/** Serves GraphQL; without an account in the environment from a simulator, which it starts. Resolves when it has logged what it cannot reach. */
export async function serve({ environment, file, version, fromRoot, onEnd, onHangup }: Program): Promise<void> {
  const asked = configFrom(environment);
  const log = terminalLog(asked.logLevel);
  for (const doubt of doubtsOf(environment)) log.warn(doubt);
  // The simulator starts while the gateway is loaded, and loads no gateway itself.
  const [simulator, { createGateway }, { startApp }, { warnOfUnreachable }] = await Promise.all([
    asked.simulated ? startSimulatorProcess(file, environment) : null,
    import("../gateway.js"),
    import("../server/app.js"),
    import("../server/health.js"),
  ]);
  const config = simulator ? configFrom(environment, simulator.account) : asked;
  if (simulator) announce(simulator, log);

  const metrics = config.metrics && (await metricsOf(config, config.metrics, version));
  const traced = isTraced() ? await tracing(version, log) : undefined;
  const gateway = await createGateway(config, {
    ...(metrics && { observer: metrics }),
    ...(traced && { tracer: traced.tracer }),
    warn: (message, error) => warnOf(log, message, error),
    tell: (message) => log.warn(message),
    refreshed: (refresh) => log.info(refresh, "A refresh behind stale answers ended"),
  });
  const app = await startApp({
    ...{ gateway, config, log, warm: true },
    ...(metrics && { metrics }),
    ...(traced && { tracer: traced.tracer }),
    graphiqlRoot: fromRoot("dist/graphiql"),
    wallboardRoot: fromRoot("dist/wallboard"),
  });
  void simulator?.died.then((sentence) => {
    log.fatal(sentence);
    process.exit(1);
  });
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    await app.stop();
    await traced?.flush();
    await simulator?.stop();
  };
  onEnd(log, stop, config.drainMs);
  let running = config;
  onHangup(() => {
    const read = readAgain(running, () => configFrom(environment, simulator?.account), log);
    if (read === null) return;
    running = read;
    app.renew(running);
  });
  const graphiql = config.graphiql ? `GraphiQL on ${app.url}/graphiql/` : "GraphiQL is off";
  const wallboard = config.wallboard ? `the wallboard on ${app.url}/wallboard/` : "the wallboard is off";
  log.info(`Serving account ${config.accounts.map(({ id }) => id).join(", ")} on ${app.url}/graphql, ${graphiql}, ${wallboard}`);
  if (app.metricsUrl) log.info(`Metrics on ${app.metricsUrl}`);
  await warnOfUnreachable(gateway, log, () => isStopping);
}

/** Without an SDK that was loaded before the program nothing of it is loaded. */
async function tracing(version: string, log: Logger): Promise<{ tracer: Tracer; flush: () => Promise<void> }> {
  const telemetry = await import("../telemetry/open-telemetry.js");
  const flush = () => telemetry.flushTraces().catch((error: unknown) => warnOf(log, "The last traces were not sent", error));
  return { tracer: new telemetry.OpenTelemetry(version), flush };
}

/** Without METRICS nothing of it is loaded. */
async function metricsOf({ trustedDocuments }: Config, { operations }: MetricsConfig, version: string): Promise<GatewayMetrics> {
  const telemetry = await import("../telemetry/metrics.js");
  return new telemetry.GatewayMetrics({ version, operations, documents: trustedDocuments.byHash });
}

/** What the files say now; null when they cannot be used: a mistake in a file ends no service. */
function readAgain(running: Config, read: () => Config, log: Logger): Config | null {
  try {
    const { config, left } = renewed(running, read());
    log.info("SIGHUP: the files of keys, trusted documents and accounts were read again");
    for (const sentence of left) log.warn(sentence);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error("SIGHUP: the files cannot be used, so that everything stays as it was:");
    for (const problem of error.problems) log.error(problem);
    return null;
  }
}

function announce({ account, pid, url, controlUrl }: SimulatorProcess, log: Logger): void {
  log.warn(`SIMULATED FIGURES: LP_ACCOUNT_ID is not set, so account ${account.id} is served from the simulator, not from LivePerson.`);
  log.warn(`The simulator (process ${pid}) listens on ${url}, its control interface on ${controlUrl}`);
}
