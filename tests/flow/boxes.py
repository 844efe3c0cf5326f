"""Opens sealed boxes without a line of Violet's own code, by libsodium alone: what a thief would do who has the files.
docs and the design say how: a box is nonce, ciphertext and tag of XChaCha20-Poly1305, a data key is a box under the
wrapping key of an epoch, and that key stands somewhere in the keyring's file."""
import ctypes
import sqlite3
from ctypes.util import find_library

KEY, NONCE, TAG = 32, 24, 16
_sodium = ctypes.CDLL(find_library("sodium") or "libsodium.so.23")


def _place(table, owner, row, version=0):
    """What is authenticated with a box: where it stands."""
    numbers = b"".join(number.to_bytes(8, "little") for number in (owner, row, version))
    return b"violet box 1" + numbers + table.encode()


def unwrap(wrapping_key, kind, owner, epoch, wrapped):
    """The data key, or None where it was not wrapped by this one."""
    plain, place = ctypes.create_string_buffer(KEY), _place(kind, owner, epoch)
    failed = _sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, None, None, wrapped[NONCE:], ctypes.c_ulonglong(len(wrapped) - NONCE), place,
        ctypes.c_ulonglong(len(place)), wrapped[:NONCE], wrapping_key)
    return None if failed else plain.raw[:KEY]


def decrypt(key, box):
    """What the box would hold under the key, wherever it stands: nothing is checked, whoever looks must know what
    for. The cipher's first block is the tag's."""
    length = len(box) - NONCE - TAG
    plain = ctypes.create_string_buffer(length)
    _sodium.crypto_stream_xchacha20_xor_ic(plain, box[NONCE:NONCE + length], ctypes.c_ulonglong(length), box[:NONCE],
                                           ctypes.c_uint64(1), key)
    return plain.raw[:length]


def windows(directory):
    """Everything in the files of the directory that could be a key: 32 bytes, wherever they begin."""
    found = set()
    for path in directory.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found |= {content[at:at + KEY] for at in range(len(content) - KEY + 1)}
    return {one for one in found if len(set(one)) > 8}


def _ask(store, question):
    opened = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)
    try:
        return opened.execute(question).fetchall()
    finally:
        opened.close()


def data_keys(candidates, *stores):
    """The data keys in the stores that one of the candidates unwraps: {(kind, owner): key}."""
    found = {}
    for store in stores:
        for owner, kind, epoch, wrapped in _ask(store, "SELECT owner_id, kind, epoch, wrapped FROM data_key"):
            for candidate in candidates:
                key = unwrap(candidate, kind, owner, epoch, wrapped)
                if key:
                    found[kind, owner] = key
                    break
    return found


def wrapping_keys(candidates, store):
    """Those of the candidates that unwrap anything in the store."""
    rows = _ask(store, "SELECT owner_id, kind, epoch, wrapped FROM data_key")
    return {one for one in candidates if any(unwrap(one, kind, owner, epoch, box) for owner, kind, epoch, box in rows)}


def boxes(store):
    """Everything in the store that may be a box."""
    for (table,) in _ask(store, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in _ask(store, f"SELECT * FROM {table}"):
            yield from (value for value in row if isinstance(value, bytes) and len(value) > NONCE + TAG)


def openings(keys, store):
    """Each box of the store under each of the keys."""
    for box in boxes(store):
        for key in keys:
            yield decrypt(key, box)
