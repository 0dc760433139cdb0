// A model inside a program for Node: `node embed.mjs MODEL.js PICTURE` tells what the picture shows, and all outputs.
// jco makes the module of the component: `npx @bytecodealliance/jco transpile model.wasm -o model`.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [model, file] = process.argv.slice(2);
const { inference } = await import(pathToFileURL(resolve(model)));
const picture = readFileSync(file);
for (const { score, label } of inference.recognize(picture, 3)) {
  console.log(score, label);
}
for (const { name, data } of inference.inferMedia(picture)) {
  const values = new Float32Array(data.slice().buffer);
  console.log(`${name}: [${values.join(", ")}]`);
}
