"""Windows that slide."""

from cases import Case, data, operator

FLOATS = ["tensor(float)", "tensor(float16)", "tensor(double)"]


@operator("ConvTranspose", "T", types=FLOATS)
def transposed(t):
    inputs = [data(t, (1, 2, 3, 3), "small"), data(t, (2, 2, 3, 3), "small", 2)]
    narrow = [inputs[0], data(t, (2, 2, 1, 1), "small", 2)]
    for label, attributes in [
        ("", {}),
        ("same upper", {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
        ("same lower", {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
        ("same upper and more", {"auto_pad": "SAME_UPPER", "strides": [2, 2], "output_padding": [1, 1]}),
        ("same lower and more", {"auto_pad": "SAME_LOWER", "strides": [2, 2], "output_padding": [1, 1]}),
        ("padded", {"pads": [1, 0, 1, 2], "strides": [2, 3], "output_padding": [1, 2]}),
        ("dilated", {"dilations": [2, 1], "strides": [1, 2]}),
        ("of a wanted shape", {"output_shape": [8, 7], "strides": [2, 2]}),
        ("of a wanted shape, upper", {"output_shape": [6, 5], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("of a wanted shape, lower", {"output_shape": [6, 6], "strides": [2, 2], "auto_pad": "SAME_LOWER"}),
    ]:
        yield Case("", inputs, attributes, exact=False, label=label)
    line = [data(t, (1, 2, 4), "small"), data(t, (2, 3, 3), "small", 2)]
    yield Case("", line, {"strides": [2]}, exact=False, label="along one axis")
    if t == "float64":
        # Of doubles nobody computes groups, and onnxruntime computes no windows that are narrower than their strides:
        # ONNX's reference implementation makes these as large as the definition says, and onnxruntime as they are.
        return
    for auto in ["SAME_UPPER", "SAME_LOWER"]:
        yield Case("", narrow, {"auto_pad": auto, "strides": [3, 2]}, exact=False, label=f"narrow {auto}")
    grouped = [data(t, (1, 4, 3, 3), "small"), data(t, (4, 3, 2, 2), "small", 2), data(t, (6,), "small", 4)]
    yield Case("", grouped, {"group": 2, "strides": [2, 2]}, exact=False, label="in groups")
