// A model without jco, where only core modules are known: `node core.mjs MODULE.wasm PICTURE`, as docs/core-module.md tells.
// The module is made by `maasm export model.wasm out --target core`.
import { readFileSync } from "node:fs";

const [module, picture] = process.argv.slice(2).map((path) => readFileSync(path));
const { exports: model } = (await WebAssembly.instantiate(module)).instance;
const u32 = (address) => new DataView(model.memory.buffer).getUint32(address, true);
const f32 = (address) => new DataView(model.memory.buffer).getFloat32(address, true);
const text = (address) => new TextDecoder().decode(new Uint8Array(model.memory.buffer, u32(address), u32(address + 4)));

// Calls a function with the picture and gives the addresses of the elements that its result lists.
function* call(name, size, ...more) {
  const data = model.maasm_reallocate(0, 0, 1, picture.length);
  new Uint8Array(model.memory.buffer).set(picture, data);
  const result = model[name](data, picture.length, ...more);
  if (new DataView(model.memory.buffer).getUint8(result)) throw Error(`error ${u32(result + 8)}`);
  for (let i = 0; i < u32(result + 12); i++) yield u32(result + 8) + i * size;
  model[`${name}_free`](result);
}

for (const answer of call("maasm_recognize", 16, 3)) console.log(f32(answer + 12), text(answer));
for (const tensor of call("maasm_infer_media", 28)) {
  const values = new Float32Array(model.memory.buffer, u32(tensor + 20), u32(tensor + 24) / 4);
  console.log(`${text(tensor)}: [${values.join(", ")}]`);
}
