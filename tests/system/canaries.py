# SPDX-License-Identifier: Apache-2.0
"""Keys that can be told from all other octets, the formats they travel in, and the search for them."""

import base64
import contextlib
import json
import pathlib
import re
import secrets
import struct
import unittest

from authority import openssl

SHADOW = 1 << 40  # octets; only a sanitizer maps as much, and keeps what is freed
# All keys end alike, so that one search finds any: what is freed is first written over where it begins. Nine octets:
# six of them are eight characters of Base64 wherever they begin, which stand nowhere by chance.
MARK = secrets.token_bytes(9)
SIZES = (16, 32, 64)  # octets: a small heap keeps its pieces by size
SCALAR = 32  # octets of a private key on P-256
FORMATS = {"senml-json": 110, "senml-cbor": 112, "tlv": 11542, "lwm2m-cbor": 11544}


def canary(number):
    return secrets.token_bytes(SIZES[number % len(SIZES)] - len(MARK)) + MARK


def private_key():
    """On P-256, PKCS#8 in DER. Its number has the mark at both ends: libraries keep it in either order of octets."""
    number = b"\x5a" + MARK + secrets.token_bytes(SCALAR - 1 - 2 * len(MARK)) + MARK
    curve = bytes.fromhex("06082a8648ce3d030107")
    # ECPrivateKey (RFC 5915) without the public half, which openssl adds.
    inside = b"\x02\x01\x01" + b"\x04\x20" + number + b"\xa0\x0a" + curve
    whole = openssl("ec", "-inform", "DER", "-outform", "DER", given=b"\x30" + bytes([len(inside)]) + inside)
    return openssl("pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-outform", "DER", given=whole)


def spellings(octets):
    """As they are and backwards, in hexadecimal, and in Base64 at any alignment."""
    base = [base64.b64encode(octets[first:first + (len(octets) - first) // 3 * 3]) for first in range(3)]
    urls = [text.translate(bytes.maketrans(b"+/", b"-_")) for text in base]
    return [octets, octets[::-1], octets.hex().encode(), octets.hex().upper().encode(), *base, *urls]


def search(octets):
    return re.compile(b"|".join(map(re.escape, spellings(octets))))


def memory_of(process):
    """Every part of the process's memory that can be read, with its place; but what the kernel shows to nobody."""
    maps = pathlib.Path(f"/proc/{process}/maps").read_text(encoding="ascii").splitlines()
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights, *_ = line.split()
            if not rights.startswith("r") or "secretmem" in line:
                continue
            first, last = (int(number, 16) for number in place.split("-"))
            if last - first >= SHADOW:
                raise unittest.SkipTest("a sanitizer keeps what the daemon frees; its memory says nothing")
            with contextlib.suppress(OSError, OverflowError):  # gone meanwhile, or the kernel's own
                yield line, read_whole(memory, first, last)


def read_whole(memory, first, last):
    memory.seek(first)
    pieces = []
    while first < last and (piece := memory.read(last - first)):
        pieces.append(piece)
        first += len(piece)
    return b"".join(pieces)


def senml_json(base, values):
    """One instance; octets become base64url."""
    records = []
    for number, value in values.items():
        if isinstance(value, bytes):
            member = {"vd": base64.urlsafe_b64encode(value).decode().rstrip("=")}
        else:
            member = {"vb" if isinstance(value, bool) else "vs" if isinstance(value, str) else "v": value}
        records.append({"n": str(number), **member})
    records[0]["bn"] = base + "/"
    return json.dumps(records).encode()


def cbor(value):
    """RFC 8949, of what an account consists of."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    return cbor_head(5, len(value)) + b"".join(cbor(key) + cbor(member) for key, member in value.items())


def cbor_head(kind, number):
    for size, code, form in ((24, None, ">B"), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if number < size:
            first = number if code is None else code
            return bytes([kind << 5 | first]) + (b"" if code is None else struct.pack(form, number))
    raise ValueError(number)


def senml_cbor(*instances):
    """(base, values) each (RFC 8428 §6)."""
    records = []
    for base, values in instances:
        for number, value in values.items():
            label = 4 if isinstance(value, bool) else 8 if isinstance(value, bytes) else 3 if isinstance(value, str) else 2
            records.append({0: f"{base}/{number}", label: value})
    return cbor(records)


def lwm2m_cbor(base, values):
    """LwM2M 1.2 Core §7.5: maps by Object, Object Instance and Resource."""
    objects, instance = (int(number) for number in base.strip("/").split("/"))
    return cbor({objects: {instance: values}})


def tlv(values):
    """LwM2M 1.0 §6.4.3: the Resources of one instance."""
    text = b""
    for number, value in values.items():
        if isinstance(value, int):
            value = value.to_bytes(1 if value < 128 else 2 if value < 1 << 15 else 4, "big")
        octets = value.encode() if isinstance(value, str) else value
        length = struct.pack(">H", len(octets))
        text += bytes([0xC0 | 2 << 3, number]) + length + octets
    return text


def encoded(form, base, values):
    if form == "tlv":
        return tlv(values)
    return {"senml-json": senml_json, "senml-cbor": lambda *instance: senml_cbor(instance),
            "lwm2m-cbor": lwm2m_cbor}[form](base, values)
