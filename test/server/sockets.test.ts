import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { App } from "../../src/server/app.js";
import { fakeGateway, logOf, post, start } from "./fake-gateway.js";

/** Short times, and looked at often: in use they are 15 and 30 seconds. */
const sockets = { headersMs: 150, requestMs: 400, checkedEveryMs: 20 };
const keys = [{ name: "a", sha256: "0".repeat(64), accounts: "*" as const, explain: false, conversations: false }];

interface RawClient {
  socket: Socket;
  said(): string;
  /** Resolves when the connection is closed; ms since it was opened. */
  closed: Promise<number>;
}

async function client(app: App): Promise<RawClient> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  onTestFinished(() => void socket.destroy());
  let said = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    said += text;
  });
  // A server that closes at once may reset the connection.
  socket.on("error", () => undefined);
  const begun = performance.now();
  const closed = once(socket, "close").then(() => performance.now() - begun);
  await once(socket, "connect");
  return { socket, said: () => said, closed };
}

const head = (more: string[] = []) => ["POST /graphql HTTP/1.1", "host: a", "content-type: application/json", ...more, "", ""].join("\r\n");
const body = JSON.stringify({ query: "{ hello }" });

describe("a connection that keeps others waiting", () => {
  it.each([
    ["sends nothing", () => undefined],
    ["sends headers without an end", ({ socket }: RawClient) => void socket.write("POST /graphql HTTP/1.1\r\nhost: a\r\n")],
    ["sends its headers drop by drop", ({ socket }: RawClient) => drip(socket, "GET /graphql HTTP/1.1\r\nhost: ", "a")],
  ])("is closed when it %s", async (_, act) => {
    const app = await start({ sockets });
    const one = await client(app);
    act(one);
    expect(await one.closed).toBeGreaterThan(100);
    expect(one.said()).toMatch(/^HTTP\/1.1 408 /);
    expect(one.said()).toMatch("The request did not arrive in time: its headers may take 150 ms, and all of it 400 ms.");
  });

  it.each([
    ["stalls", ({ socket }: RawClient) => void socket.write(`${head(["content-length: 1000"])}{`)],
    ["comes drop by drop", ({ socket }: RawClient) => drip(socket, head(["content-length: 1000"]), " ")],
    ["comes in chunks without an end", ({ socket }: RawClient) => drip(socket, head(["transfer-encoding: chunked"]), "1\r\n \r\n")],
  ])("is closed when its body %s", async (_, act) => {
    const { gateway, prepared } = fakeGateway();
    const app = await start({ gateway, sockets });
    const one = await client(app);
    act(one);
    expect(await one.closed).toBeGreaterThan(300);
    expect(one.said()).toMatch(/^HTTP\/1.1 408 /);
    expect(prepared).toEqual([]);
  });

  it("is closed when its client does not read the answer", async () => {
    const app = await start({
      sockets: { stalledMs: 150 },
      config: { maxConnections: 1, maxBodyBytes: 1_000_000, maxQueryTokens: 1_000, maxQueryFields: 1_000 },
    });
    const one = await client(app);
    one.socket.pause();
    const query = `{ ${Array.from({ length: 150 }, (_, index) => `a${index}: large`).join(" ")} }`;
    const large = JSON.stringify({ query });
    one.socket.write(head([`content-length: ${large.length}`]) + large);
    // There is room for one connection.
    await vi.waitFor(() => post(app, "{ hello }"), { timeout: 4_000 });
    one.socket.resume();
    await one.closed;
    expect(one.said().length).toBeLessThan(150 * 70_000);
  });

  it("that takes its time within the limits is answered, and kept alive", async () => {
    const app = await start({ sockets: { checkedEveryMs: 5 } });
    const { socket, said } = await client(app);
    for (let time = 1; time <= 2; time++) {
      socket.write(head([`content-length: ${body.length}`]));
      socket.write(body.slice(0, 5));
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.write(body.slice(5));
      await vi.waitFor(() => expect(said().match(/\{"data":\{"hello":"world"\}\}/g)).toHaveLength(time));
    }
  });
});

describe("a refusal before the body is read", () => {
  it("closes the connection when there is a body that nobody will read", async () => {
    const app = await start({ config: { auth: { kind: "api-key", keys } } });
    const one = await client(app);
    one.socket.write(head(["content-length: 1000000"]));
    await one.closed;
    expect(one.said()).toMatch(/^HTTP\/1.1 401 /);
    expect(one.said()).toMatch(/connection: close/i);
  });

  it("keeps the connection when there is none", async () => {
    const app = await start({ config: { auth: { kind: "api-key", keys } } });
    const { socket, said } = await client(app);
    for (let time = 1; time <= 2; time++) {
      socket.write("GET /graphql?query={hello} HTTP/1.1\r\nhost: a\r\n\r\n");
      await vi.waitFor(() => expect(said().match(/HTTP\/1.1 401 /g)).toHaveLength(time));
    }
    expect(said()).not.toMatch(/connection: close/i);
  });

  it("reaches a client that sends a large body all the same", async () => {
    const app = await start({ config: { auth: { kind: "api-key", keys }, maxBodyBytes: 1_000_000 } });
    for (let time = 0; time < 5; time++) {
      const { status } = await post(app, "{ hello }", {}, { variables: { pad: "x".repeat(500_000) } });
      expect(status).toBe(401);
    }
  });
});

describe("what is no request", () => {
  it.each([
    [
      "headers over the limit",
      `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      431,
      "The headers of a request may have 16384 bytes together.",
    ],
    ["another protocol", "SSH-2.0-x\r\n\r\n", 400, "This is no HTTP request."],
  ])("is refused: %s", async (_, text, status, message) => {
    const one = await client(await start());
    one.socket.write(text);
    await one.closed;
    expect(one.said()).toMatch(`HTTP/1.1 ${status} `);
    expect(JSON.parse(one.said().split("\r\n\r\n")[1]!)).toEqual({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });
  });
});

describe("connections", () => {
  it("beyond MAX_CONNECTIONS are refused, which the log says once", async () => {
    const { lines, log } = logOf();
    const app = await start({ log, config: { maxConnections: 2 } });
    const taken = [await client(app), await client(app)];
    const refused = [await client(app), await client(app)];
    await Promise.all(refused.map(({ closed }) => closed));
    taken[0]!.socket.destroy();
    expect(lines.filter(({ level }) => level === 40)).toMatchObject([{ msg: expect.stringMatching("MAX_CONNECTIONS allows 2 at once") }]);
  });

  it("on which nothing was ever sent hold no server open that stops", async () => {
    const app = await start();
    const idle = await client(app);
    await post(app, "{ hello }");
    await app.stop();
    expect(await idle.closed).toBeLessThan(9_000);
  }, 15_000);
});

/** A drop each 20 ms, until the socket is closed. */
function drip(socket: Socket, first: string, drop: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(drop), 20);
  socket.on("close", () => clearInterval(timer));
}
