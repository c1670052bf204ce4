"""Vectors for the pseudonyms of document 4.2, by an implementation of their own.

Standard library for HMAC and HKDF; the reference Argon2 in C, through argon2-cffi, for IDX.
Every derivation starts with a domain label; label and parts are preceded by their length (u32 LE).
"""

import datetime
import hashlib
import hmac
import json
import struct

from argon2.low_level import ARGON2_VERSION, Type, core, ffi


def framed(label, parts):
    return b"".join(struct.pack("<I", len(part)) + part for part in [label.encode(), *parts])


def keyed(key, label, *parts):
    return hmac.new(key, framed(label, parts), hashlib.sha256).digest()


def hkdf(secret, label, info=b""):
    extracted = hmac.new(b"\0" * 32, secret, hashlib.sha256).digest()
    return hmac.new(extracted, framed(label, [info]) + b"\x01", hashlib.sha256).digest()


def argon2id(password, salt, secret, memory_kib, passes, lanes):
    out = ffi.new("uint8_t[]", 32)
    buffers = [ffi.new("uint8_t[]", data) for data in (password, salt, secret)]
    context = ffi.new(
        "argon2_context *",
        dict(
            version=ARGON2_VERSION,
            out=out,
            outlen=32,
            pwd=buffers[0],
            pwdlen=len(password),
            salt=buffers[1],
            saltlen=len(salt),
            secret=buffers[2],
            secretlen=len(secret),
            ad=ffi.NULL,
            adlen=0,
            t_cost=passes,
            m_cost=memory_kib,
            lanes=lanes,
            threads=lanes,
            allocate_cbk=ffi.NULL,
            free_cbk=ffi.NULL,
            flags=0,
        ),
    )
    assert core(context, Type.ID.value) == 0
    return bytes(ffi.buffer(out, 32))


PEOPLE = [
    ("ABCDE1234F", "100001", "HDFC", "50100000000001", "2026-11-21"),
    ("ABCDE1234F", "100001", "HDFC", "50100000000002", "2026-11-21"),
    ("ABCDE1234F", "100001", "ICICI", "000401000001", "2026-11-22"),
    ("ZZZZZ9999Z", "R0N1X2", "SBI", "123456789", "2028-02-29"),
    ("PQRSX0001Y", "ABCDEF", "CITI_USA", "987654321098765432", "1999-12-31"),
]
COST = dict(memory_kib=64, passes=2, lanes=1)
SALT = b"idx/pseudonym/1"


def vector(place, pan, rbi, bank, number, date):
    pepper, chain_key, vault_key, month_key = (
        hashlib.sha256(f"{what} {place}".encode()).digest() for what in ("pepper", "chain", "vault", "month")
    )
    password = pan.encode() + b"\x1f" + rbi.encode()
    idx = argon2id(password, SALT, pepper, **COST)
    handle = keyed(hkdf(vault_key, "idx/handle-key/1"), "idx/handle/1", number.encode())
    day = (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days
    session = keyed(month_key, "idx/session-id/1", idx, bank.encode(), date.encode(), handle)
    tag = keyed(hkdf(chain_key, "idx/receiver-tag-key/1"), "idx/receiver-tag/1", idx, date.encode())
    return {
        "pan": pan,
        "rbi": rbi,
        "bank": bank,
        "account_number": number,
        "date": date,
        "day": day,
        "pepper": pepper.hex(),
        "private_chain_key": chain_key.hex(),
        "vault_key": vault_key.hex(),
        "month_key": month_key.hex(),
        "idx": "IDX_" + idx.hex(),
        "handle": handle.hex(),
        "session": "SESSION_" + session.hex(),
        "receiver_tag": tag.hex(),
    }


vectors = [vector(place, *person) for place, person in enumerate(PEOPLE)]
print(json.dumps({"argon2id": {**COST, "salt": SALT.decode()}, "vectors": vectors}, indent=2))
