"""Waits for so many hosts of wasmCloud and tells each to start a workload: NATS_URL COUNT ORDER."""

import asyncio
import json
import sys

import nats

url, count, order = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()


async def main():
    connection = await nats.connect(url)
    heartbeats = await connection.subscribe("runtime.operator.heartbeat.*")
    await connection.flush()
    print("listening", flush=True)
    hosts = set()
    while len(hosts) < count:
        message = await heartbeats.next_msg(timeout=60)
        hosts.add(json.loads(message.data)["id"])
    for host in hosts:
        answer = await connection.request(f"runtime.host.{host}.workload.start", order, timeout=60)
        status = json.loads(answer.data)["workloadStatus"]
        if status["workloadState"] != "WORKLOAD_STATE_RUNNING":
            print(status)
            sys.exit(1)


asyncio.run(main())
