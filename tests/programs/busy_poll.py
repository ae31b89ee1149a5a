# SPDX-License-Identifier: GPL-2.0-only
"""busy_poll.py ADDRESS COUNT

COUNT datagrams to the echo server of udp_sizes.py, a moment apart. A socket that polls
busily and asks for GRO must get the echoes in their order.
"""
import socket
import sys
import threading
import time

from udp import ECHO, UDP_GRO

SO_BUSY_POLL = 46
BUSY_POLL_USECS = 200000
APART = 0.002
SIZE = 4


def send(client, count):
    for number in range(count):
        client.send(number.to_bytes(SIZE, "big"))
        time.sleep(APART)


def receive(client, count):
    numbers = []
    while len(numbers) < count:
        data = client.recv(65536)
        numbers += [int.from_bytes(data[at:at + SIZE], "big")
                    for at in range(0, len(data), SIZE)]
    return numbers


def main(address, count):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    client.setsockopt(socket.SOL_SOCKET, SO_BUSY_POLL, BUSY_POLL_USECS)
    client.connect((address, ECHO))
    threading.Thread(target=send, args=(client, count), daemon=True).start()
    numbers = receive(client, count)
    late = sum(after < before for before, after in zip(numbers, numbers[1:]))
    print(f"{count} datagrams, {late} overtaken")
    sys.exit(late > 0 or sorted(numbers) != list(range(count)))


main(sys.argv[1], int(sys.argv[2]))
