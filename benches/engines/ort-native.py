"""onnxruntime on one thread: MODEL INPUT. See ../README.md for what is spoken."""

import json
import sys
import time

import numpy
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]
feed = {given.name: numpy.fromfile(sys.argv[2], "<f4").reshape(given.shape)}
output = session.run(None, feed)[0]
print(json.dumps({"engine": f"onnxruntime {onnxruntime.__version__}", "output": output.ravel().tolist()}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter_ns()
        session.run(None, feed)
        times.append(time.perf_counter_ns() - start)
    print(json.dumps(times), flush=True)
