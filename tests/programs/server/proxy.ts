/** The proxies of the docs, with their files from the docs, before a program. */

import type { Program } from "../../helpers/programs/program.ts";
import { TempFolder } from "../../helpers/temp.ts";

/** How one is run. */
export interface ProxyKind {
  readonly name: string;
  /** Its configuration in the docs. */
  readonly config: string;
  /** Where Debian has it; not in everybody's PATH. */
  readonly program: string;
  /** Makes the file that it starts with; all else it writes is in a folder. */
  readonly adapt: (
    config: string,
    to: { host: string; port: number; folder: string },
  ) => string;
  readonly args: (folder: string) => readonly string[];
  /** What it says when it listens. */
  readonly ready: string;
}

/** Debian's nginx with docs/nginx.conf. */
export const NGINX: ProxyKind = {
  name: "nginx",
  config: "docs/nginx.conf",
  program: "/usr/sbin/nginx",
  adapt(config, { host, port, folder }) {
    const site = config
      .replace("listen 80;", `listen 127.0.0.1:${port};`)
      .replace("127.0.0.1:8000", host);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
access_log off;
${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n")}
${site}
}
`;
  },
  args: (folder) => ["-p", folder, "-e", "stderr", "-c", `${folder}/config`],
  // Its sockets are bound before the first notice.
  ready: "[notice]",
};

/** Debian's Caddy with docs/Caddyfile. */
export const CADDY: ProxyKind = {
  name: "Caddy",
  config: "docs/Caddyfile",
  program: "/usr/bin/caddy",
  adapt(config, { host, port }) {
    const site = config
      // Without a certificate: nobody could answer for this name here.
      .replace("chat.example.org", `http://127.0.0.1:${port}`)
      .replace("127.0.0.1:8000", host);
    return `{\n\tadmin off\n\tgrace_period 100ms\n}\n${site}`;
  },
  args: (folder) => [
    "run",
    ...["--adapter", "caddyfile", "--config", `${folder}/config`],
  ],
  ready: "serving initial configuration",
};

/** Whether a program is installed. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A proxy of one test, before a program. */
export class Proxy implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #child: Deno.ChildProcess;
  readonly url: URL;
  /** Resolves when it has said its last. */
  #silent: Promise<void> = Promise.resolve();

  private constructor(kind: ProxyKind, program: URL) {
    const port = freePort();
    this.url = new URL(`http://127.0.0.1:${port}/`);
    const folder = Deno.realPathSync(this.#folder.path);
    const { host } = program;
    Deno.writeTextFileSync(
      this.#folder.file("config"),
      kind.adapt(Deno.readTextFileSync(kind.config), { host, port, folder }),
    );
    this.#child = new Deno.Command(kind.program, {
      args: [...kind.args(folder)],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  /** Starts one and waits until it has said that it listens. */
  static async before(kind: ProxyKind, program: Program): Promise<Proxy> {
    const proxy = new Proxy(kind, program.url);
    let said = "";
    const ready = Promise.withResolvers<void>();
    proxy.#silent = (async () => {
      const words = proxy.#child.stderr.pipeThrough(new TextDecoderStream());
      for await (const part of words) {
        said += part;
        if (said.includes(kind.ready)) ready.resolve();
      }
      ready.reject(new Error(`${kind.name} ended: ${said}`));
    })();
    await ready.promise;
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#silent;
    this.#folder[Symbol.dispose]();
  }
}
