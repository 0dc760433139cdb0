"""A model inside a Python program: `python embed.py MODEL.wasm PICTURE` tells what the picture shows, and all outputs."""

import array
import sys

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker

component, picture = (open(path, "rb").read() for path in sys.argv[1:])
engine = Engine()
store = Store(engine)
model = Linker(engine).instantiate(store, Component(engine, component))
inference = model.get_export_index(store, "maasm:model/inference@0.1.0")


def call(name, *arguments):
    function = model.get_func(store, model.get_export_index(store, name, inference))
    return function(store, *arguments)


for answer in call("recognize", picture, 3):
    print(answer.score, answer.label)
for tensor in call("infer-media", picture):
    print(f"{tensor.name}: {list(array.array('f', tensor.data))}")
