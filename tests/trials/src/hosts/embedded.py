"""Answers each line with the first output for the picture, in hexadecimal: `python embedded.py COMPONENT PICTURE`."""

import sys

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker

component, picture = (open(path, "rb").read() for path in sys.argv[1:])
engine = Engine()
store = Store(engine)
model = Linker(engine).instantiate(store, Component(engine, component))
inference = model.get_export_index(store, "maasm:model/inference@0.1.0")
infer = model.get_func(store, model.get_export_index(store, "infer-media", inference))
for _ in sys.stdin:
    print(infer(store, picture)[0].data.hex(), flush=True)
