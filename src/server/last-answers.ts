import type { FastifyInstance } from "fastify";

/** Makes answers that are still given while the server stops close their connections: kept alive, they would hold the server open. */
export function closeWithLastAnswers(app: FastifyInstance): void {
  let stopping = false;
  app.addHook("preClose", async () => {
    stopping = true;
  });
  app.addHook("onSend", async (_, reply) => {
    if (stopping) reply.header("connection", "close");
  });
}
