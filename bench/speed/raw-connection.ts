import { once } from "node:events";
import { connect, type Socket } from "node:net";

const endOfHead = Buffer.from("\r\n\r\n");
const endOfChunks = Buffer.from("0\r\n\r\n");
const dataFirst = Buffer.from('{"data":{');

/**
 * One kept-alive connection that has one request under way at a time, with no more HTTP than the measured servers speak: it must
 * cost less than what it measures. Rejects when an answer is not 200 or does not begin with data.
 */
export class RawConnection {
  readonly #socket: Socket;
  #settle: { resolve: (bytes: number) => void; reject: (error: Error) => void } | null = null;
  #chunks: Buffer[] = [];
  #read = 0;
  /** Bytes of the whole answer; null until its head was read, NaN where it comes in chunks. */
  #expected: number | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#came(chunk));
    socket.on("error", (error) => this.#failed(error));
    socket.on("close", () => this.#failed(new Error("The server closed the connection.")));
  }

  static async to(port: number): Promise<RawConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** Resolves with the bytes of the answer. */
  exchange(request: Buffer | string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#chunks = [];
      this.#read = 0;
      this.#expected = null;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.destroy();
  }

  #came(chunk: Buffer): void {
    this.#read += chunk.length;
    if (this.#expected === null) {
      this.#chunks.push(chunk);
      const start = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      const head = start.indexOf(endOfHead);
      if (head < 0) return;
      if (!this.#isSound(start, head)) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(start.toString("latin1", 0, head));
      this.#expected = length ? head + endOfHead.length + Number(length[1]) : Number.NaN;
    }
    const whole = Number.isNaN(this.#expected) ? chunk.subarray(-endOfChunks.length).equals(endOfChunks) : this.#read >= this.#expected;
    if (!whole) return;
    this.#settle?.resolve(this.#read);
    this.#settle = null;
  }

  #isSound(start: Buffer, head: number): boolean {
    const status = start.toString("latin1", 9, 12);
    const body = start.subarray(head + endOfHead.length);
    const isEarly = body.length < dataFirst.length;
    if (status === "200" && (isEarly || body.includes(dataFirst))) return true;
    this.#failed(new Error(`The server answered ${status}: ${body.toString("utf8", 0, 300)}`));
    return false;
  }

  #failed(error: Error): void {
    this.#settle?.reject(error);
    this.#settle = null;
  }
}
