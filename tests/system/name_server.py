"""A DNS server for one name, in a network of its own: run under `unshare -mn`, it takes over that network's
127.0.0.1:53 and its /etc/resolv.conf. Each line of its input is what it answers from then on: addresses with
blanks between, or !nxdomain, !servfail, !silent.

    unshare -mn python3 name_server.py orchestrator.test FOLDER
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
A = 1


def bring_loopback_up():
    with socket.socket() as s:
        request = fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def take_over(folder):
    """This mount namespace resolves names by files and by us."""
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), ("nsswitch.conf", "hosts: files dns\n")):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(text)
        target = os.path.realpath(f"/etc/{name}")
        if os.path.exists(target):
            subprocess.run(["mount", "--bind", path, target], check=True)


def answer(query, name, says):
    """The answer to QUERY, one question; None where there is to be none."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    question = query[12:at + 5]
    kind = struct.unpack(">H", question[-4:-2])[0]
    code, records = 0, []
    if says == "!silent":
        return None
    if says == "!servfail":
        code = 2
    elif says == "!nxdomain" or ".".join(labels).lower() != name:
        code = 3
    elif kind == A:
        records = [b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 0, 4) + socket.inet_aton(a) for a in says.split()]
    header = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
    return header + question + b"".join(records)


def main(name, folder):
    says = ["!nxdomain"]
    bring_loopback_up()
    take_over(folder)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def serve():
        while True:
            query, who = server.recvfrom(4096)
            reply = answer(query, name, says[0])
            if reply:
                server.sendto(reply, who)

    threading.Thread(target=serve, daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin:
        says[0] = line.strip()
        print("ok", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
