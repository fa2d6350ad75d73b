/**
 * Tries what a server that was taken over would try, and prints what came of
 * it: one JSON object of words. Run with the permissions of the server; its
 * argument is the one folder it may write to.
 */

const [folder = ""] = Deno.args;

/** `done`, `refused`, or what else went wrong. */
async function attempt(act: () => unknown): Promise<string> {
  try {
    await act();
    return "done";
  } catch (error) {
    return error instanceof Deno.errors.NotCapable ? "refused" : String(error);
  }
}

/** Writes nothing, should it be allowed. */
function openToWrite(path: string): void {
  Deno.openSync(path, { write: true }).close();
}

const attempts: Readonly<Record<string, () => unknown>> = {
  "write in the data folder": () =>
    Deno.writeTextFileSync(`${folder}/probe`, "x"),
  "read in the data folder": () => Deno.readTextFileSync(`${folder}/probe`),
  "read the pages": () => Deno.readTextFileSync("static/index.html"),
  "read an own variable": () => Deno.env.get("HUBBUB_PROBE"),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "write the pages": () => openToWrite("static/index.html"),
  "write its own sources": () => openToWrite("main.ts"),
  "write elsewhere": () => openToWrite("README.md"),
  "read its own sources": () => Deno.readTextFileSync("main.ts"),
  "read the settings of the machine": () =>
    Deno.readTextFileSync("/etc/passwd"),
  "read another variable": () => Deno.env.get("HOME"),
  "read all variables": () => {
    // Those it may know, instead of an error, because of `--ignore-env`.
    const others = Object.keys(Deno.env.toObject())
      .filter((name) => !name.startsWith("HUBBUB_"));
    if (others.length === 0) throw new Deno.errors.NotCapable("Not shown");
  },
  "run a program": () => new Deno.Command("true").output(),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
  "ask who runs it": () => Deno.uid(),
};

const results: Record<string, string> = {};
for (const [name, act] of Object.entries(attempts)) {
  results[name] = await attempt(act);
}
console.log(JSON.stringify(results));
