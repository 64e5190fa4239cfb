# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Reading Maven 3's encrypted passwords, so that an encrypted one can be compared.

Nothing is encrypted here; Maven does that (L(encryption)). The format is that of plexus-cipher
1.7 and 2.0 (C(PBECipher)): Base64 of an 8 byte salt, a length byte, the ciphertext and random
bytes up to a multiple of 16; AES-128 in CBC mode with key and initial vector from SHA-256 of the
password and the salt.
"""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)

_KEY_OF_THE_MASTER = 'settings.security'
_ENCRYPTED = re.compile(r'\{([^{}]+)\}')
_MOST_RELOCATIONS = 5
_BLOCK = 16


def decryptor(security_path: str) -> t.Callable[[str], t.Optional[str]]:
    """Make a function that decrypts with Maven's master password.

    :param security_path: path of C(settings-security.xml).
    :returns: a function from an encrypted value to the plain one, or None where it cannot be read:
        no master password, another one, or the encryption of Maven 4.
    """
    masters: t.List[t.Optional[str]] = []

    def decrypt(value: str) -> t.Optional[str]:
        if not masters:
            masters.append(_master(security_path))
        return None if masters[0] is None else _decrypt(value, masters[0])

    return decrypt


def _master(path: str) -> t.Optional[str]:
    for _attempt in range(_MOST_RELOCATIONS):
        try:
            fields = _fields(read_private(path).content or b'')
        except (FileProblem, expat.ExpatError, ValueError):
            return None
        if 'relocation' not in fields:
            return _decrypt(fields.get('master', ''), _KEY_OF_THE_MASTER)
        path = fields['relocation'].strip()
    return None


def _fields(content: bytes) -> t.Dict[str, str]:
    """:returns: the texts of the elements in the root, by name.
    :raises expat.ExpatError: not well-formed. :raises ValueError: with a DOCTYPE."""
    fields: t.Dict[str, str] = {}
    inside: t.List[str] = []

    def on_start(name: str, _attributes: t.Dict[str, str]) -> None:
        inside.append(name)
        if len(inside) == 2:
            fields[name] = ''

    def on_end(_name: str) -> None:
        inside.pop()

    def on_text(text: str) -> None:
        if len(inside) == 2:
            fields[inside[1]] += text

    def on_doctype(*_declared: object) -> None:
        raise ValueError('it can hide entities')

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = on_text, on_doctype
    parser.Parse(content, True)
    return fields


def _decrypt(value: str, password: str) -> t.Optional[str]:
    found = _ENCRYPTED.search(value)
    try:
        stored = base64.b64decode(found.group(1) if found else '', validate=True)
        salt, padding = stored[:8], stored[8]
        cipher = stored[9 : len(stored) - padding]
        digest = hashlib.sha256(password.encode('utf-8') + salt).digest()
        return _cbc(cipher, digest[:_BLOCK], digest[_BLOCK:]).decode('utf-8')
    except (ValueError, IndexError):
        return None


def _cbc(cipher: bytes, key: bytes, vector: bytes) -> bytes:
    """Decrypt AES-128 in CBC mode with PKCS #5 padding. :raises ValueError: it does not fit."""
    if not cipher or len(cipher) % _BLOCK:
        raise ValueError('not a multiple of the block size')
    keys, plain = _expand(key), b''
    for start in range(0, len(cipher), _BLOCK):
        block = cipher[start : start + _BLOCK]
        plain += bytes(a ^ b for a, b in zip(_decrypt_block(block, keys), vector))
        vector = block
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise ValueError('the padding is wrong')
    return plain[:-padding]


def _double(value: int) -> int:
    """Multiply by 2 in the field of AES (FIPS 197 section 4.2.1)."""
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _times(value: int, factor: int) -> int:
    product = 0
    while factor:
        if factor & 1:
            product ^= value
        value, factor = _double(value), factor >> 1
    return product


def _make_box() -> t.List[int]:
    """The substitution table of AES (FIPS 197 section 5.1.1)."""
    box = [0x63] * 256
    p = q = 1
    while True:
        p ^= _double(p)  # p runs through all elements, q through their inverses
        for shift in (1, 2, 4):
            q ^= q << shift
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rotated = q
        for shift in (1, 2, 3, 4):
            rotated ^= (q << shift | q >> (8 - shift)) & 0xFF
        box[p] = rotated ^ 0x63
        if p == 1:
            return box


_BOX = _make_box()
_INVERSE_BOX = [_BOX.index(value) for value in range(256)]
_PRODUCTS = {factor: [_times(value, factor) for value in range(256)] for factor in (9, 11, 13, 14)}


def _expand(key: bytes) -> t.List[bytes]:
    """The eleven round keys of AES-128 (FIPS 197 section 5.2)."""
    words, constant = [key[start : start + 4] for start in (0, 4, 8, 12)], 1
    while len(words) < 44:
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(_BOX[value] for value in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _double(constant)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word)))
    return [b''.join(words[start : start + 4]) for start in range(0, 44, 4)]


def _decrypt_block(block: bytes, keys: t.Sequence[bytes]) -> bytes:
    state = [a ^ b for a, b in zip(block, keys[10])]
    for number in range(9, -1, -1):
        state = [_INVERSE_BOX[state[(i - 4 * (i % 4)) % _BLOCK]] for i in range(_BLOCK)]
        state = [a ^ b for a, b in zip(state, keys[number])]
        if number:
            state = _unmix(state)
    return bytes(state)


def _unmix(state: t.Sequence[int]) -> t.List[int]:
    """Invert the mixing of columns (FIPS 197 section 5.3.3)."""
    by_9, by_11, by_13, by_14 = (_PRODUCTS[factor] for factor in (9, 11, 13, 14))
    mixed = []
    for start in range(0, _BLOCK, 4):
        column = state[start : start + 4]
        for i in range(4):
            a, b, c, d = (column[(i + shift) % 4] for shift in range(4))
            mixed.append(by_14[a] ^ by_11[b] ^ by_13[c] ^ by_9[d])
    return mixed
