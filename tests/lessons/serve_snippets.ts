/**
 * Runs sample servers in one process: reads `[name, program]` pairs as JSON
 * from its input, runs each program unchanged on a free port, and prints a line
 * of JSON with the ports by name.
 */

const programs: [string, string][] = await new Response(Deno.stdin.readable)
  .json();
const serve = Deno.serve;
const ports: Record<string, number> = {};

for (const [name, code] of programs) {
  Deno.serve = ((options: Deno.ServeTcpOptions, handler: Deno.ServeHandler) => {
    const server = serve({ ...options, port: 0, onListen() {} }, handler);
    ports[name] = (server.addr as Deno.NetAddr).port;
    return server;
  }) as typeof Deno.serve;
  await import(
    `data:application/typescript,${encodeURIComponent(`${code}\nexport {};`)}`
  );
}
console.log(JSON.stringify(ports));
