// Answers each line with the first output for the picture, in hexadecimal: `node embedded.mjs MODULE PICTURE`.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [module, file] = process.argv.slice(2);
const { inference } = await import(pathToFileURL(module));
const picture = readFileSync(file);
for await (const _ of createInterface({ input: process.stdin })) {
  const [output] = inference.inferMedia(picture);
  console.log(Buffer.from(output.data).toString("hex"));
}
