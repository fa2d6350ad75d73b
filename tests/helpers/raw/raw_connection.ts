/** HTTP by hand: requests that no client would send, and answers that nobody
 * reads. */

const encoder = new TextEncoder();

/** One TCP connection. */
export class RawConnection implements Disposable {
  readonly #socket: Deno.TcpConn;
  #read = "";
  #isOver = false;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Connects. */
  static async connect(port: number): Promise<RawConnection> {
    return new RawConnection(
      await Deno.connect({ hostname: "127.0.0.1", port }),
    );
  }

  /** Connects and sends the head of a request. */
  static async ask(
    port: number,
    line: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawConnection> {
    const client = await RawConnection.connect(port);
    const lines = Object.entries({ Host: "127.0.0.1", ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`);
    await client.write(`${line} HTTP/1.1\r\n${lines.join("")}\r\n`);
    return client;
  }

  /** Sends something; false when the other side takes no more. */
  async write(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    try {
      for (let done = 0; done < bytes.length;) {
        done += await this.#socket.write(bytes.subarray(done));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Sends the same again and again, until the other side hangs up. */
  async flood(data: string): Promise<void> {
    const bytes = encoder.encode(data);
    while (await this.write(bytes)) continue;
  }

  /** Reads the status of the answer. */
  async status(): Promise<number> {
    while (!this.#read.includes("\r\n") && await this.#more()) continue;
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.#read)?.[1]);
  }

  /** Reads on until there is nothing more to read; gives all of it. */
  async all(): Promise<string> {
    while (await this.#more()) continue;
    return this.#read;
  }

  /** Reads what comes next; gives all that came, undefined at the end. */
  async next(): Promise<string | undefined> {
    return await this.#more() ? this.#read : undefined;
  }

  /** Hangs up. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      const length = await this.#socket.read(buffer);
      if (length === null) return false;
      this.#read += new TextDecoder().decode(buffer.subarray(0, length));
      return true;
    } catch {
      return false;
    }
  }
}
