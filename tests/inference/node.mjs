// Runs a component in Node: `node node.mjs COMPONENT INPUTS`. Inputs are f32 tensors of the first input's shape, one after
// the other; the first outputs of all of them go to standard output.
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.MAASM_JCO, "package.json"));
const { transpileBytes } = await import(pathToFileURL(require.resolve("@bytecodealliance/jco-transpile")));
const [component, inputs] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "maasm-node-"));
const { files } = await transpileBytes(readFileSync(component), { name: "model" });
for (const [name, bytes] of Object.entries(files)) {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), bytes);
}
await writeFile(join(folder, "package.json"), '{"type": "module"}');
const { inference } = await import(pathToFileURL(join(folder, "model.js")));
const { inputs: ports } = inference.describe();
const size = 4 * ports[0].shape.reduce((product, extent) => product * extent, 1);
const all = readFileSync(inputs);
for (let offset = 0; offset < all.length; offset += size) {
  const data = new Uint8Array(all.subarray(offset, offset + size));
  const [output] = inference.infer([{ ...ports[0], data }]);
  for (let written = 0; written < output.data.length; ) {
    written += writeSync(1, output.data, written);
  }
}
rmSync(folder, { recursive: true });
