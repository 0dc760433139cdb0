// Makes a JavaScript module of a component, as `jco transpile COMPONENT -o FOLDER` does: `node transpile.mjs COMPONENT FOLDER`.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.MAASM_JCO, "package.json"));
const { transpileBytes } = await import(pathToFileURL(require.resolve("@bytecodealliance/jco-transpile")));
const [component, folder] = process.argv.slice(2);
const { files } = await transpileBytes(readFileSync(component), { name: basename(component, ".wasm") });
for (const [name, bytes] of Object.entries(files)) {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), bytes);
}
await writeFile(join(folder, "package.json"), '{"type": "module"}');
