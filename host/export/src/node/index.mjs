// A model that was exported by `maasm export --target node`. `npm install` makes the module of the component.
//
//   import { recognize } from "…";
//   recognize(readFileSync("photo.jpg"), 5) → [{ label, index, score }, …]
//
// Errors are thrown; their `payload` is an `error` of maasm:model/types, such as { tag: "malformed-media", val: "…" }.
import { inference } from "./module/model.js";

export const { describe, recognize, infer, inferMedia, evaluate } = inference;
