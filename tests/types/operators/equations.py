"""Einsum by random equations, compared with numpy."""

import random

import numpy

from cases import Case, data, operator

EXTENTS = {"i": 2, "j": 3, "k": 4, "a": 1, "B": 2}
HIDDEN = (2, 3)
SIMPLE = ["i->", "ij->", "ij,k->", "...ij,...jk", "i...,j...", "...i,ij,j->...j", "ii", "ij,jk->ik", "i,i->", "ji"]


@operator("Einsum", "T", types=["tensor(float)"])
def einsum(t):
    drawn = random.Random(20260)
    equations = [(equation, shapes_of(equation, drawn)) for equation in SIMPLE]
    while len(equations) < 120:
        equation = one(drawn)
        equations.append((equation, shapes_of(equation, drawn)))
    for place, (equation, shapes) in enumerate(equations):
        inputs = [data(t, shape, "small", index) for index, shape in enumerate(shapes)]
        wanted = lambda *tensors, equation=equation: [numpy.asarray(numpy.einsum(equation, *tensors))]  # noqa: E731
        yield Case("", inputs, {"equation": equation}, exact=False, wanted=wanted, label=f"{place}: {equation}")


def one(drawn):
    """A valid equation of up to three operands."""
    operands = []
    for _ in range(drawn.randint(1, 3)):
        letters = drawn.choices(list(EXTENTS), k=drawn.randint(0, 3))
        if drawn.random() < 0.3:
            letters.insert(drawn.randint(0, len(letters)), "...")
        operands.append("".join(letters))
    equation = ",".join(operands)
    if drawn.random() < 0.3:
        return equation
    named = sorted(set(equation) - set(".,"))
    output = drawn.sample(named, drawn.randint(0, len(named)))
    if "..." in equation:
        output.insert(drawn.randint(0, len(output)), "...")
    return f"{equation}->{''.join(output)}"


def shapes_of(equation, drawn):
    """Shapes that fit: an ellipsis stands for up to two axes, some of which are repeated."""
    shapes = []
    for operand in equation.partition("->")[0].split(","):
        before, ellipsis, behind = operand.partition("...")
        hidden = HIDDEN[drawn.randint(0, 2) :] if ellipsis else ()
        hidden = tuple(drawn.choice([extent, extent, 1]) for extent in hidden)
        shapes.append((*(EXTENTS[letter] for letter in before), *hidden, *(EXTENTS[letter] for letter in behind)))
    return shapes
