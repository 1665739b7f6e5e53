#!/usr/bin/env python3
"""What a stranger tries, one attempt a run. Prints one line of JSON: whether it was refused, and in which words.

Read from standard input by python3 in a machine of the lab, in a container's network, or outside; needs nothing but the
standard library. Every wait is bounded.
"""
import argparse, base64, json, os, random, resource, select, socket, ssl, struct, sys, time

WAIT = 5.0


def tell(refused, detail, **more):
    print(json.dumps({"refused": bool(refused), "detail": " ".join(str(detail).split())[:300], **more}))
    sys.exit(0)


def dial(a, wait=WAIT):
    # Of several addresses, one.
    return socket.create_connection((a.host, a.port), timeout=wait, source_address=(a.own, 0) if a.own else None)


def secured(a, plain):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if a.cert:
        context.load_cert_chain(a.cert, a.key)
    return context.wrap_socket(plain)


def opened(a):
    plain = dial(a)
    return secured(a, plain) if a.tls else plain


def answer(connection, limit=1 << 20):
    """What the other side says until it ends or falls silent."""
    connection.settimeout(WAIT)
    data = b""
    while len(data) < limit:
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            break
        if not piece:
            break
        data += piece
        head, found, rest = data.partition(b"\r\n\r\n")
        length = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if found and length and len(rest) >= length[0]:
            break
    return data


def request(a, body=b"", headers=()):
    lines = [f"{a.method} {a.path} HTTP/1.1", "host: stranger", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def said(data):
    """Status and, of a refusal, code and message."""
    if not data.startswith(b"HTTP/1.1 "):
        return 0, "closed without an answer" if not data else data[:80]
    status, body = int(data[9:12]), data.partition(b"\r\n\r\n")[2]
    try:
        error = json.loads(body)
        return status, f"{status} {error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return status, f"{status} {body[:80].decode(errors='replace')}"


def call(a):
    body = a.body.encode() if a.body else b""
    refusals = []
    for _ in range(a.times):
        connection = opened(a)
        connection.sendall(request(a, body))
        status, words = said(answer(connection))
        connection.close()
        if not 200 <= status < 300 and not (a.let_past and f" {a.let_past}:" in words):
            refusals.append(words)
    tell(refusals, refusals[-1] if refusals else words)


def connect(a):
    dial(a, 3).close()
    tell(False, "connected")


def hold(a):
    """Opens connections that say nothing, and counts those that are left standing."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(20000, a.count + 100),) * 2)
    kept, failed = [], 0
    for _ in range(a.count):
        try:
            kept.append(dial(a))
        except OSError:
            failed += 1
    time.sleep(1)
    standing, watch = 0, select.poll()
    for connection in kept:
        watch.register(connection, select.POLLIN)
    gone = len(watch.poll(0))
    standing = len(kept) - gone
    tell(standing <= a.most, f"{standing} of {a.count} stand", standing=standing, failed=failed)


def trickle(a):
    """A byte a second of a handshake, of headers or of a body, for longer than is allowed."""
    if a.part == "handshake":
        connection, pieces = dial(a), iter(lambda: b"\x16", None)
    else:
        connection = opened(a)
        if a.part == "head":
            connection.sendall(f"{a.method} {a.path} HTTP/1.1\r\nx-slow: ".encode())
        if a.part == "body":
            connection.sendall(f"{a.method} {a.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n".encode())
        pieces = iter(lambda: b"a", None)
    if a.part == "silence":
        pieces = iter(lambda: b"", None)
    if a.part == "ticket":
        pieces = iter(b"ployz-stream/1 "[i : i + 1] for i in range(15))
    begin = time.monotonic()
    connection.settimeout(1)
    while time.monotonic() - begin < a.seconds:
        try:
            piece = next(pieces, b"")
            # The record's length must not be complete, or the handshake is malformed and not slow.
            if piece and not (a.part == "handshake" and time.monotonic() - begin > 0.5):
                connection.sendall(piece)
            if not connection.recv(1024):
                raise ConnectionResetError("the other side hung up")
        except (TimeoutError, ssl.SSLWantReadError):
            continue
        except OSError as error:
            tell(True, f"cut off after {round(time.monotonic() - begin)} s: {error}")
    tell(False, f"still connected after {a.seconds} s")


def pour(a):
    """Headers or a body without end, as fast as they are taken."""
    connection = opened(a)
    start = f"{a.method} {a.path} HTTP/1.1\r\nhost: x\r\n"
    if a.part == "head":
        connection.sendall((start + "x-large: ").encode())
        piece = b"a" * 65536
    elif a.part == "headers":
        connection.sendall(start.encode())
        piece = b"".join(b"x-%d: 1\r\n" % number for number in range(8192))
    else:
        connection.sendall((start + "transfer-encoding: chunked\r\n\r\n").encode())
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    connection.settimeout(WAIT)
    sent, end = 0, time.monotonic() + a.seconds
    try:
        while sent < a.size and time.monotonic() < end:
            connection.sendall(piece)
            sent += len(piece)
    except OSError as error:
        # Buffers of both kernels take some megabytes before the end is noticed.
        tell(sent < a.most, f"cut off after {sent >> 20} MiB: {error}", sent=sent)
    tell(sent < a.most, f"{sent >> 20} MiB were taken", sent=sent)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def packet(source, target, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), random.getrandbits(16), 0, 64, protocol, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def raw():
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    return sender


def syn(a):
    """First packets of TCP connections that nobody means to finish, from addresses that are not ours."""
    target, sender, sent = socket.inet_aton(a.host), raw(), 0
    network = socket.inet_aton(a.source)[:3]
    for number in range(a.count):
        source = network + bytes([number % 200 + 30])
        segment = struct.pack("!HHIIBBHHH", random.randint(1024, 65535), a.port, random.getrandbits(32), 0, 0x50, 2, 64240, 0, 0)
        pseudo = source + target + struct.pack("!BBH", 0, 6, len(segment))
        segment = segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]
        try:
            sender.sendto(packet(source, target, 6, segment), (a.host, 0))
            sent += 1
        except OSError:
            pass
    started = time.monotonic()
    opened(a).close()
    took = time.monotonic() - started
    tell(took < 3, f"{sent} sent; another's connection took {took * 1000:.0f} ms")


def spoof(a):
    """Datagrams with another's source address, then some with one's own; who watches the target tells which came."""
    target, source = socket.inet_aton(a.host), socket.inet_aton(a.source)
    datagram = struct.pack("!HHHH", 40000, a.port, 8 + 7, 0) + b"hostile"
    for _ in range(3):
        raw().sendto(packet(source, target, 17, datagram), (a.host, 0))
    for _ in range(3):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"honest", (a.host, a.port))
    tell(False, "sent")


def watch(a):
    """Waits for the first datagram of `spoof`; says who is in its source."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", a.port))
    listener.settimeout(a.seconds)
    try:
        data, (source, _) = listener.recvfrom(100)
    except TimeoutError:
        tell(True, "nothing came at all")
    tell(source != a.source, f"the first that came was of {source}")


def ticket(a):
    connection = dial(a)
    connection.sendall(b"ployz-stream/1 " + a.secret.encode() + b"\n" + base64.b64decode(a.stream or ""))
    connection.shutdown(socket.SHUT_WR)
    words = answer(connection)
    text = words[words.find(b"{"):].decode(errors="replace") if b"{" in words else repr(words[:80])
    tell("ticket" in text and "refused" in text or not words, text or "closed without an answer")


def garbage(a):
    connection = opened(a)
    connection.sendall(os.urandom(4096) if not a.body else a.body.encode().decode("unicode_escape").encode("latin1"))
    data = answer(connection)
    tell(not data.startswith(b"HTTP/1.1 2"), said(data)[1])


def unix(a):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(WAIT)
    connection.connect(a.host)
    a.path = a.path or "/v1/version"
    connection.sendall(request(a, a.body.replace("@", "x" * a.fill).encode()))
    status, words = said(answer(connection))
    tell(status != 200, words)


def read(a):
    with open(a.host, "rb") as file:
        tell(False, f"{len(file.read(1 << 16))} bytes read")


def main():
    attempts = [call, connect, hold, trickle, pour, syn, spoof, watch, ticket, garbage, unix, read]
    parser = argparse.ArgumentParser()
    parser.add_argument("attempt", choices=[attempt.__name__ for attempt in attempts])
    parser.add_argument("host")
    parser.add_argument("port", type=int, nargs="?", default=0)
    for name, default in [("method", "POST"), ("path", "/v1/join"), ("body", ""), ("cert", None), ("key", None),
                          ("part", "head"), ("secret", ""), ("stream", ""), ("source", ""), ("let-past", ""), ("own", "")]:
        parser.add_argument(f"--{name}", default=default)
    for name, default in [("count", 1), ("most", 0), ("seconds", 15), ("size", 1 << 30), ("times", 1), ("fill", 0)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--tls", action="store_true")
    a = parser.parse_args()
    try:
        next(attempt for attempt in attempts if attempt.__name__ == a.attempt)(a)
    except OSError as error:
        tell(True, f"{type(error).__name__}: {error}")


main()
