/* A model as a core WebAssembly module: what it exports, and how values lie in its memory.
 *
 * This is the Component Model's canonical ABI of the interface maasm:model/inference@0.1.0 (wit/model.wit says what every
 * function and field means), with names that C takes. All numbers are little-endian. The structures below lie so in the
 * module's memory: a host on a little-endian machine can read them in place, at the start of that memory plus their address.
 * After every call that memory may have moved in the host.
 *
 * The module imports nothing. Its exports, with the types that WebAssembly knows (all of them are i32):
 *
 *   memory
 *   maasm_reallocate(old, old_size, alignment, size) -> address   room for arguments; with old and old_size 0
 *   maasm_describe() -> address of a maasm_description
 *   maasm_recognize(data, length, top_k) -> address of a maasm_result, whose value is a list of maasm_classification
 *   maasm_infer_media(data, length) -> address of a maasm_result, whose value is a list of maasm_tensor
 *   maasm_infer(tensors, count) -> address of a maasm_result, whose value is a list of maasm_tensor
 *   maasm_evaluate(samples, count) -> address of a maasm_result, whose value is a maasm_report
 *   maasm_NAME_free(address)                                      frees what maasm_NAME gave
 *
 * Arguments that lie in memory are asked for by maasm_reallocate and belong to the function that gets them: it frees them.
 * If a call traps, the instance is lost; make a new one. The same holds for threads: one instance, one call at a time. */
#ifndef MAASM_H
#define MAASM_H

#include <stdint.h>

/* A string (UTF-8, without a zero at its end) or a list: where it lies, and how many bytes or elements it has. */
typedef struct {
  uint32_t at;
  uint32_t length;
} maasm_list;

enum maasm_element_type {
  MAASM_ELEMENT_TYPE_F32,
  MAASM_ELEMENT_TYPE_F16,
  MAASM_ELEMENT_TYPE_F64,
  MAASM_ELEMENT_TYPE_I8,
  MAASM_ELEMENT_TYPE_U8,
  MAASM_ELEMENT_TYPE_I32,
  MAASM_ELEMENT_TYPE_I64,
  MAASM_ELEMENT_TYPE_BOOLEAN,
  MAASM_ELEMENT_TYPE_I16,
  MAASM_ELEMENT_TYPE_U16,
  MAASM_ELEMENT_TYPE_U32,
  MAASM_ELEMENT_TYPE_U64
};

typedef struct {
  maasm_list name;
  uint8_t element_type; /* enum maasm_element_type */
  maasm_list shape;     /* of uint32_t */
  maasm_list data;      /* of bytes */
} maasm_tensor;

typedef struct {
  maasm_list name;
  uint8_t element_type; /* enum maasm_element_type */
  maasm_list shape;     /* of uint32_t */
} maasm_tensor_info;

typedef struct {
  maasm_list name;
  maasm_list version;
  maasm_list description;
  maasm_list license;
  maasm_list source;
  maasm_list source_digest;
  _Alignas(8) uint64_t parameters;
  _Alignas(8) uint64_t multiply_accumulates;
  maasm_list inputs;  /* of maasm_tensor_info */
  maasm_list outputs; /* of maasm_tensor_info */
  maasm_list accepts; /* of strings */
  maasm_list labels;  /* of strings */
} maasm_description;

typedef struct {
  maasm_list label;
  uint32_t index;
  float score;
} maasm_classification;

typedef struct {
  maasm_list data; /* of bytes */
  uint32_t label;
} maasm_labelled_sample;

enum maasm_error_kind {
  MAASM_ERROR_EMPTY_INPUT,
  MAASM_ERROR_UNSUPPORTED_MEDIA,
  MAASM_ERROR_MALFORMED_MEDIA,
  MAASM_ERROR_TOO_LARGE,
  MAASM_ERROR_INVALID_ARGUMENT,
  MAASM_ERROR_INVALID_TENSOR,
  MAASM_ERROR_UNSUPPORTED_OPERATION
};

typedef struct {
  maasm_list what;
  _Alignas(8) uint64_t value;
  _Alignas(8) uint64_t maximum;
} maasm_limit;

typedef struct {
  maasm_list name;
  maasm_list reason;
} maasm_complaint;

typedef struct {
  uint8_t kind; /* enum maasm_error_kind */
  union {
    maasm_list text;           /* unsupported media, malformed media, unsupported operation */
    maasm_limit limit;         /* too large */
    maasm_complaint complaint; /* invalid argument, invalid tensor */
  } why;
} maasm_error;

typedef struct {
  uint32_t expected;
  uint32_t predicted;
  _Alignas(8) uint64_t count;
} maasm_confusion;

typedef struct {
  _Alignas(8) uint64_t count;
  _Alignas(8) uint64_t correct;
  _Alignas(8) double confidence_sum;
} maasm_calibration_bin;

typedef struct {
  uint32_t sample;
  maasm_error error;
} maasm_failure;

typedef struct {
  maasm_list nanoseconds; /* of uint64_t */
} maasm_latency;

typedef struct {
  _Alignas(8) uint64_t samples;
  maasm_list ranks;      /* of uint64_t */
  maasm_list confusions; /* of maasm_confusion */
  _Alignas(8) double log_loss_sum;
  _Alignas(8) double brier_sum;
  maasm_list calibration; /* of maasm_calibration_bin */
  maasm_list failures;    /* of maasm_failure */
  struct {
    uint8_t is_some;
    maasm_latency value;
  } latency;
} maasm_report;

/* What maasm_recognize, maasm_infer, maasm_infer_media and maasm_evaluate give. */
typedef struct {
  uint8_t failed; /* 0: list or report; 1: error */
  union {
    maasm_list list;
    maasm_report report;
    maasm_error error;
  } value;
} maasm_result;

#endif
