/* A model inside a C program, without any WebAssembly runtime: WABT's wasm2c makes C of the core module.
 *
 *   maasm export model.wasm out --target core && wasm2c out/NAME.wasm -n model -o model.c
 *   cc -O2 embed.c model.c wasm-rt-impl.c wasm-rt-mem-impl.c -lm -o embed
 *   ./embed PICTURE
 *
 * tells what the picture shows, and all outputs. The three other files come with wasm2c. */
#include "maasm.h"
#include "model.h"
#include <stdio.h>
#include <string.h>

static w2c_model model;

/* What lies at this address of the model's memory. */
static void *at(uint32_t address) { return w2c_model_memory(&model)->data + address; }

/* A copy in the model's memory, which then belongs to the function that gets it. */
static uint32_t give(const void *data, uint32_t length) {
  uint32_t address = w2c_model_maasm_reallocate(&model, 0, 0, 1, length);
  memcpy(at(address), data, length);
  return address;
}

int main(int count, char **arguments) {
  static char picture[1 << 24];
  FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
  if (!file) return fprintf(stderr, "usage: embed PICTURE\n"), 2;
  uint32_t length = (uint32_t)fread(picture, 1, sizeof picture, file);
  wasm_rt_init();
  wasm2c_model_instantiate(&model);

  uint32_t address = w2c_model_maasm_recognize(&model, give(picture, length), length, 3);
  maasm_result *result = at(address);
  if (result->failed) return fprintf(stderr, "error %d\n", result->value.error.kind), 1;
  maasm_classification *answer = at(result->value.list.at);
  for (uint32_t i = 0; i < result->value.list.length; i++, answer++)
    printf("%.9g %.*s\n", answer->score, (int)answer->label.length, (char *)at(answer->label.at));
  w2c_model_maasm_recognize_free(&model, address);

  address = w2c_model_maasm_infer_media(&model, give(picture, length), length);
  result = at(address);
  if (result->failed) return fprintf(stderr, "error %d\n", result->value.error.kind), 1;
  maasm_tensor *tensor = at(result->value.list.at);
  for (uint32_t i = 0; i < result->value.list.length; i++, tensor++) {
    printf("%.*s: [", (int)tensor->name.length, (char *)at(tensor->name.at));
    float *values = at(tensor->data.at);
    for (uint32_t k = 0; k < tensor->data.length / 4; k++) printf(k ? ", %.9g" : "%.9g", values[k]);
    printf("]\n");
  }
  w2c_model_maasm_infer_media_free(&model, address);
  wasm2c_model_free(&model);
  wasm_rt_free();
}
