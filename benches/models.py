"""Writes networks of well-known shapes with random weights, and an input: models.py FOLDER.

Shapes as published: MobileNetV2 (Sandler et al. 2018, width 1.0), EfficientNet-Lite0 (the TensorFlow TPU repository's
lite variant: no squeeze-and-excitation, ReLU6, fixed stem and head), ResNet-50 v1.5 (stride in the 3x3). Weights are
drawn as He et al. 2015 propose, so that activations neither vanish nor explode: denormal numbers would cost time.
"""

import pathlib
import sys

import numpy
import onnx
from onnx import helper, numpy_helper


class Network:
    """A graph that grows at its end."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)
        self.nodes = []
        self.parameters = []

    def parameter(self, array):
        name = f"p{len(self.parameters)}"
        self.parameters.append(numpy_helper.from_array(array.astype(numpy.float32), name))
        return name

    def node(self, operator, *inputs, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], f"{operator}{len(self.nodes)}", **attributes))
        return name

    def conv(self, x, channels, out, size=1, stride=1, groups=1, activation=None, pads=None):
        """Convolution and batch normalisation, then the activation."""
        fan_in = channels // groups * size * size
        weights = self.random.normal(0, (2 / fan_in) ** 0.5, (out, channels // groups, size, size))
        pads = pads or [size // 2] * 4
        window = {"kernel_shape": [size, size], "strides": [stride, stride], "pads": pads, "group": groups}
        x = self.node("Conv", x, self.parameter(weights), **window)
        scale, bias, mean = (self.parameter(self.random.normal(m, 0.1, out)) for m in (1, 0, 0))
        variance = self.parameter(self.random.uniform(0.8, 1.2, out))
        x = self.node("BatchNormalization", x, scale, bias, mean, variance, epsilon=1e-3)
        return self.activate(x, activation)

    def activate(self, x, activation):
        if activation == "relu6":
            low, high = (self.parameter(numpy.array(v)) for v in (0, 6))
            return self.node("Clip", x, low, high)
        return self.node("Relu", x) if activation == "relu" else x

    def bottleneck(self, x, channels, out, size, stride, expansion, pads=None):
        """MobileNetV2's inverted residual."""
        inner = channels * expansion
        y = self.conv(x, channels, inner, activation="relu6") if expansion != 1 else x
        y = self.conv(y, inner, inner, size, stride, inner, "relu6", pads)
        y = self.conv(y, inner, out)
        return self.node("Add", x, y) if stride == 1 and channels == out else y

    def save(self, x, channels, path):
        """Ends the graph by a mean over all places and a classifier, and writes it."""
        x = self.node("Flatten", self.node("GlobalAveragePool", x), axis=1)
        weights = self.random.normal(0, channels**-0.5, (1000, channels))
        x = self.node("Gemm", x, self.parameter(weights), self.parameter(numpy.zeros(1000)), transB=1)
        given = helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [1, 3, 224, 224])
        answer = helper.make_tensor_value_info(x, onnx.TensorProto.FLOAT, [1, 1000])
        graph = helper.make_graph(self.nodes, path.stem, [given], [answer], self.parameters)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def mobilenet_v2(path):
    net = Network(1)
    x, channels = net.conv("input", 3, 32, 3, 2, activation="relu6"), 32
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, out, repeats, stride in stages:
        for i in range(repeats):
            x = net.bottleneck(x, channels, out, 3, stride if i == 0 else 1, expansion)
            channels = out
    net.save(net.conv(x, channels, 1280, activation="relu6"), 1280, path)


def efficientnet_lite0(path):
    net = Network(2)
    side, channels = 112, 32
    x = net.conv("input", 3, 32, 3, 2, activation="relu6", pads=[0, 0, 1, 1])
    stages = [
        (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
        (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
    ]
    for expansion, out, repeats, stride, size in stages:
        for i in range(repeats):
            step = stride if i == 0 else 1
            padding = (-(-side // step) - 1) * step + size - side  # TensorFlow's SAME: the odd one at the end
            before, after = padding // 2, padding - padding // 2
            x = net.bottleneck(x, channels, out, size, step, expansion, [before, before, after, after])
            side, channels = -(-side // step), out
    net.save(net.conv(x, channels, 1280, activation="relu6"), 1280, path)


def resnet_50(path):
    net = Network(3)
    x, channels = net.conv("input", 3, 64, 7, 2, activation="relu"), 64
    x = net.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for width, repeats, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for i in range(repeats):
            step = stride if i == 0 else 1
            y = net.conv(x, channels, width, activation="relu")
            y = net.conv(y, width, width, 3, step, activation="relu")
            y = net.conv(y, width, 4 * width)
            shortcut = net.conv(x, channels, 4 * width, stride=step) if i == 0 else x
            x, channels = net.activate(net.node("Add", shortcut, y), "relu"), 4 * width
    net.save(x, channels, path)


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
efficientnet_lite0(folder / "efficientnet-lite0.onnx")
mobilenet_v2(folder / "mobilenet-v2.onnx")
resnet_50(folder / "resnet-50.onnx")
numpy.random.default_rng(0).normal(0, 1, (1, 3, 224, 224)).astype("<f4").tofile(folder / "input.f32")
