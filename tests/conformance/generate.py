"""Writes ONNX's node tests to a folder: generate.py FOLDER

Each test is a folder as ONNX's own tools write it: `model.onnx`, and in `test_data_set_0` its inputs and outputs.
`tests.json` lists them with what the files do not tell: the operator under test (a test that spells its operator out
in others, `…_expanded`, has the same one), the category, the types, the tolerances.
"""

import json
import pathlib
import sys
import warnings

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.case import node as node_tests

# Operators whose tests are a category of their own, wherever sequences and the like are not.
RECURRENT = {"GRU", "LSTM", "Loop", "RNN", "Scan"}


def main():
    folder = pathlib.Path(sys.argv[1])
    # Many tests draw their inputs: the same numbers every time.
    numpy.random.seed(0)
    warnings.simplefilter("ignore", RuntimeWarning)
    tests = [write(folder, case) for case in node_tests.collect_testcases()]
    listing = {"onnx": onnx.__version__, "tests": sorted(tests, key=lambda test: test["name"])}
    (folder / "tests.json").write_text(json.dumps(listing, indent=1))


def write(folder, case):
    """Writes one test; a test that cannot be written is listed with the reason."""
    node = under_test(case.name)
    values = list(case.model.graph.input) + list(case.model.graph.output)
    types = [type_name(value.type) for value in values]
    test = {
        "name": case.name,
        "operator": f"{node.domain}.{node.op_type}" if node.domain else node.op_type,
        "category": category(case.name, node, types),
        "inputs": types[: len(case.model.graph.input)],
        "outputs": types[len(case.model.graph.input) :],
        "relative_tolerance": case.rtol,
        "absolute_tolerance": case.atol,
        "broken": None,
    }
    try:
        write_files(folder / case.name, case)
    except Exception as error:
        test["broken"] = f"{type(error).__name__}: {error}"
    return test


def write_files(folder, case):
    data = folder / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    ((inputs, outputs),) = case.data_sets
    for kind, values, ports in [
        ("input", inputs, case.model.graph.input),
        ("output", outputs, case.model.graph.output),
    ]:
        if len(values) != len(ports):
            raise ValueError(f"{len(values)} values for {len(ports)} {kind}s")
        for index, (value, port) in enumerate(zip(values, ports)):
            (data / f"{kind}_{index}.pb").write_bytes(encoded(value, port).SerializeToString())


def encoded(value, port):
    if port.type.HasField("sequence_type"):
        return numpy_helper.from_list(value, port.name)
    if port.type.HasField("optional_type"):
        return numpy_helper.from_optional(value, port.name)
    if isinstance(value, onnx.TensorProto):
        # Some keep their numbers elsewhere than in raw bytes.
        value = numpy_helper.to_array(value)
    return numpy_helper.from_array(numpy.asarray(value), port.name)


def under_test(name):
    """The node that a test is about."""
    # ONNX keeps them by the name of the test that they are spelled out in.
    return node_tests._existing_names[name.partition("_expanded")[0]]


def category(name, node, types):
    """The category that a test is counted in; where several fit, the first."""
    text = " ".join(types)
    if "sequence(" in text or "Sequence" in node.op_type:
        return "sequence"
    if "optional(" in text or node.op_type.startswith("Optional"):
        return "optional"
    if "string" in text:
        return "string"
    if node.domain == "ai.onnx.preview.training":
        return "training"
    if node.op_type in RECURRENT:
        return "recurrent"
    if node.op_type == "Bernoulli" or (name.startswith("test_training_dropout") and "zero_ratio" not in name):
        # What is expected was drawn by NumPy; no other engine draws the same.
        return "random"
    return "ordinary"


def type_name(type_proto):
    """A type as a person would write it: `float16`, `sequence(float)`."""
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        return onnx.TensorProto.DataType.Name(type_proto.tensor_type.elem_type).lower()
    inner = getattr(getattr(type_proto, kind), "elem_type", None)
    name = kind.removesuffix("_type")
    return f"{name}({type_name(inner)})" if isinstance(inner, onnx.TypeProto) else name


if __name__ == "__main__":
    main()
