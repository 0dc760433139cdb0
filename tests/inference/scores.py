"""Classifiers as exporters write them, and what onnxruntime makes of some inputs: FOLDER.

Writes NAME.onnx for each, and `answers.json`: for each the inputs and the outputs, and what the outputs are.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

folder = pathlib.Path(sys.argv[1])
CLASSES = 5
random = numpy.random.default_rng(7)
FLOAT = TensorProto.FLOAT


def constant(name, value, dtype=numpy.float32):
    return numpy_helper.from_array(numpy.asarray(value, dtype=dtype), name)


def layer(name="", scale=6.0):
    """A convolution, a pool and a dense layer: pictures of 8 × 8 to logits."""
    initializers = [
        constant(f"{name}k", random.normal(size=(6, 3, 3, 3)) * 0.4),
        constant(f"{name}w", random.normal(size=(6, CLASSES)) * scale),
        constant(f"{name}b", random.normal(size=CLASSES) * 0.3),
    ]
    nodes = [
        helper.make_node("Conv", ["image", f"{name}k"], [f"{name}conv"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", [f"{name}conv"], [f"{name}relu"]),
        helper.make_node("GlobalAveragePool", [f"{name}relu"], [f"{name}pool"]),
        helper.make_node("Flatten", [f"{name}pool"], [f"{name}flat"]),
        helper.make_node("Gemm", [f"{name}flat", f"{name}w", f"{name}b"], [f"{name}logits"]),
    ]
    return nodes, initializers


def write(name, nodes, initializers=(), output="scores", shape=(1, CLASSES), opset=13):
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info(output, FLOAT, list(shape))],
        list(initializers),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / f"{name}.onnx")


def ending(name, ends, initializers=(), opset=13, **more):
    """The network with these nodes behind its logits."""
    nodes, weights = layer()
    nodes = nodes + [helper.make_node(operator, inputs, outputs, **attributes) for operator, inputs, outputs, attributes in ends]
    write(name, nodes, weights + list(initializers), opset=opset, **more)


SOFTMAX = ("Softmax", ["logits"], ["p"], {"axis": 1})


def axes(name, *values):
    return constant(name, values, numpy.int64)


class Samples(CalibrationDataReader):
    def __init__(self):
        self.left = iter(numpy.random.default_rng(3).uniform(-1, 1, size=(8, 1, 3, 8, 8)).astype(numpy.float32))

    def get_next(self):
        sample = next(self.left, None)
        return None if sample is None else {"image": sample}


def quantized(name, source, activations):
    quantize_static(
        folder / f"{source}.onnx",
        folder / f"{name}.onnx",
        Samples(),
        quant_format=QuantFormat.QDQ,
        activation_type=activations,
        weight_type=QuantType.QInt8,
    )


def two(nodes, initializers=()):
    """Two networks and what joins them."""
    (a, weights_a), (b, weights_b) = layer("a"), layer("b")
    both = [helper.make_node("Softmax", [f"{side}logits"], [f"{side}p"], axis=1) for side in "ab"]
    made = [helper.make_node(operator, inputs, outputs, **attributes) for operator, inputs, outputs, attributes in nodes]
    return a + b + both + made, weights_a + weights_b + list(initializers)


made = {}

# Keras keeps probabilities away from 0 and 1.
ending("softmax-clip", [SOFTMAX, ("Clip", ["p", "low", "high"], ["scores"], {})], [constant("low", 1e-7), constant("high", 1 - 1e-7)])
ending("softmax-mul", [SOFTMAX, ("Mul", ["p", "one"], ["scores"], {})], [constant("one", 1.0)])
ending("softmax", [("Softmax", ["logits"], ["scores"], {"axis": 1})])
quantized("softmax-qdq-u8", "softmax", QuantType.QUInt8)
quantized("softmax-qdq-s8", "softmax", QuantType.QInt8)
write("average-add", *two([("Add", ["ap", "bp"], ["sum"], {}), ("Div", ["sum", "two"], ["scores"], {})], [constant("two", 2.0)]))
write("average-mean", *two([("Mean", ["ap", "bp"], ["scores"], {})]))
write(
    "average-stack",
    *two(
        [
            ("Unsqueeze", ["ap", "zero"], ["au"], {}),
            ("Unsqueeze", ["bp", "zero"], ["bu"], {}),
            ("Concat", ["au", "bu"], ["both"], {"axis": 0}),
            ("ReduceMean", ["both"], ["scores"], {"axes": [0], "keepdims": 0}),
        ],
        [axes("zero", 0)],
    ),
)
# As tf2onnx and Paddle write a softmax out.
ending(
    "exp-sum-div",
    [
        ("Exp", ["logits"], ["e"], {}),
        ("ReduceSum", ["e", "one"], ["s"], {"keepdims": 1}),
        ("Div", ["e", "s"], ["scores"], {}),
    ],
    [axes("one", 1)],
)
ending(
    "max-exp-sum-div",
    [
        ("ReduceMax", ["logits"], ["m"], {"axes": [-1], "keepdims": 1}),
        ("Sub", ["logits", "m"], ["d"], {}),
        ("Exp", ["d"], ["e"], {}),
        ("ReduceSum", ["e", "last"], ["s"], {"keepdims": 1}),
        ("Div", ["e", "s"], ["scores"], {}),
    ],
    [axes("last", -1)],
)
ending("logsoftmax-exp", [("LogSoftmax", ["logits"], ["l"], {"axis": 1}), ("Exp", ["l"], ["scores"], {})])
for operator in ["Flatten", "Squeeze"]:
    more = {"Flatten": (["p"], {"axis": 1}, []), "Squeeze": (["p", "places"], {}, [axes("places", 2, 3)])}[operator]
    ending(
        f"softmax-{operator.lower()}",
        [
            ("Reshape", ["logits", "map"], ["l"], {}),
            ("Softmax", ["l"], ["p"], {"axis": 1}),
            (operator, more[0], ["scores"], more[1]),
        ],
        [axes("map", 1, CLASSES, 1, 1), *more[2]],
    )
# A map of probabilities, and their mean over all places.
nodes, weights = [
    helper.make_node("Conv", ["image", "k"], ["c"], pads=[1, 1, 1, 1]),
    helper.make_node("Softmax", ["c"], ["p"], axis=1),
    helper.make_node("GlobalAveragePool", ["p"], ["g"]),
    helper.make_node("Flatten", ["g"], ["scores"]),
], [constant("k", random.normal(size=(CLASSES, 3, 3, 3)))]
write("softmax-pool", nodes, weights)
made |= {path.stem: "probabilities" for path in folder.glob("*.onnx")}

ending("sigmoid", [("Sigmoid", ["logits"], ["scores"], {})])
quantized("sigmoid-qdq", "sigmoid", QuantType.QUInt8)
ending(
    "sigmoid-written-out",
    [
        ("Neg", ["logits"], ["n"], {}),
        ("Exp", ["n"], ["e"], {}),
        ("Add", ["e", "one"], ["s"], {}),
        ("Div", ["one", "s"], ["scores"], {}),
    ],
    [constant("one", 1.0)],
)
ending("hard-sigmoid", [("HardSigmoid", ["logits"], ["scores"], {"alpha": 0.2, "beta": 0.5})])
ending(
    "relu6-sixth",
    [("Add", ["logits", "three"], ["t"], {}), ("Clip", ["t", "zero", "six"], ["r"], {}), ("Div", ["r", "six"], ["scores"], {})],
    [constant("three", 3.0), constant("zero", 0.0), constant("six", 6.0)],
)
made |= {path.stem: "sigmoid" for path in folder.glob("*.onnx") if path.stem not in made}

ending("raw", [("Identity", ["logits"], ["scores"], {})])
ending("relu6", [("Clip", ["logits", "zero", "six"], ["scores"], {})], [constant("zero", 0.0), constant("six", 6.0)])
ending("log-probabilities", [("LogSoftmax", ["logits"], ["scores"], {"axis": 1})])
quantized("raw-qdq", "raw", QuantType.QUInt8)
# An embedding of length 1, with and without negative numbers.
ending("embedding", [("LpNormalization", ["logits"], ["scores"], {"axis": 1, "p": 2})])
ending(
    "embedding-positive",
    [
        ("Relu", ["logits"], ["r"], {}),
        ("ReduceL2", ["r"], ["n"], {"axes": [1], "keepdims": 1}),
        ("Add", ["n", "little"], ["m"], {}),
        ("Div", ["r", "m"], ["scores"], {}),
    ],
    [constant("little", 1e-6)],
)
made |= {path.stem: "logits" for path in folder.glob("*.onnx") if path.stem not in made}

inputs = numpy.random.default_rng(5).uniform(-1, 1, size=(4, 1, 3, 8, 8)).astype(numpy.float32)
# The last one is a picture, whose pixels become numbers between −1 and 1.
x, y = numpy.meshgrid(numpy.arange(8), numpy.arange(8))
picture = numpy.stack([x * 31, y * 31, (x + y) * 16]).astype(numpy.float32)
inputs = numpy.concatenate([inputs, (picture[None, None] - numpy.float32(127.5)) / numpy.float32(127.5)])
models = {}
for name, scores in made.items():
    session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    outputs = [session.run(None, {"image": tensor})[0].reshape(-1).tolist() for tensor in inputs]
    models[name] = {"scores": scores, "outputs": outputs}
answers = {"inputs": [tensor.reshape(-1).tolist() for tensor in inputs], "models": models}
(folder / "answers.json").write_text(json.dumps(answers))
