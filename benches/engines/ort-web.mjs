// onnxruntime-web on one thread in Node: MODEL INPUT, and the folder it is installed in as ORT_WEB.
// See ../README.md for what is spoken.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.ORT_WEB + "/");
const ort = require("onnxruntime-web");
ort.env.wasm.numThreads = 1;
const [model, input] = process.argv.slice(2).map((path) => readFileSync(path));
const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" };
const session = await ort.InferenceSession.create(model, options);
const values = new Float32Array(input.buffer, input.byteOffset, input.length / 4);
const feed = { [session.inputNames[0]]: new ort.Tensor("float32", values, [1, 3, 224, 224]) };
const output = (await session.run(feed))[session.outputNames[0]].data;
const engine = `onnxruntime-web ${ort.env.versions.web} (Node ${process.versions.node})`;
console.log(JSON.stringify({ engine, output: Array.from(output) }));
for await (const line of createInterface({ input: process.stdin })) {
  const times = [];
  for (let i = 0; i < Number(line); i++) {
    const start = process.hrtime.bigint();
    await session.run(feed);
    times.push(Number(process.hrtime.bigint() - start));
  }
  console.log(JSON.stringify(times));
}
