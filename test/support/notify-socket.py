"""A supervisor's socket: prints each message as one line of JSON, until standard input ends.

    python3 notify-socket.py PATH
"""
import array, json, os, select, socket, sys

server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("ready", flush=True)
while True:
    readable, _, _ = select.select([server, sys.stdin], [], [])
    if server in readable:
        message, ancillary, _, _ = server.recvmsg(65536, socket.CMSG_SPACE(64 * 4))
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
                for fd in fds:
                    os.close(fd)
        print(json.dumps(message.decode().split("\n")), flush=True)
    elif sys.stdin in readable and not sys.stdin.read(1):
        break
