# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What may pass as a secret, how ansible-core learns of it, and how a person may see it."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

try:  # ansible-core 2.22 and newer redact registered values wherever they would be shown
    from ansible.module_utils.secrets import register_secrets as _register
except ImportError:
    _register = None

# What ansible-core, AWX or Nexus show in place of a secret. Written into a configuration it would replace the real one.
MASKS = frozenset(
    (
        'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER',
        '********',
        '$REDACTED$',
        '$encrypted$',
        'CENSORED',
        '#~NXRM~PLACEHOLDER~PASSWORD~#',
        '#~NEXUS~PLACEHOLDER~PASSWORD~#',
        '|$|N|E|X|U|S|$|',
    )
)
# Shorter values are common words or digits; masking them would garble every other output.
SHORTEST_REGISTERED = 8
_NOT_ALLOWED = frozenset([chr(n) for n in range(32)] + ['\x7f', '\u2028', '\u2029'])


def control_character_in(text):
    """Tell the first character that no line-based format or header can carry.

    :param text: any str.
    :returns: its code point as C(U+000A), or None. Lone surrogates count (T15 of the fault catalogue).
    """
    for character in text:
        if character in _NOT_ALLOWED or '\ud800' <= character <= '\udfff':
            return 'U+%04X' % ord(character)
    return None


def check_secret(name, value):
    """Refuse what cannot be a real secret, before it is sent or written anywhere.

    :param name: the option's name, for the message.
    :param value: what the user gave.
    :returns: the value as a plain str, without ansible-core's tags.
    :raises BadInput: not a str, empty, a mask, an undecrypted vault value, an untemplated expression, a control character.
    """
    if not isinstance(value, str):
        raise BadInput(
            '%s must be a string, but it is of type %s. Quote it.' % (name, type(value).__name__)
        )
    value = ''.join(
        value
    )  # a plain str: tagged strings of ansible-core 2.19 and newer cannot be dumped everywhere
    if not value.strip():
        raise BadInput('%s is empty. Give it a value, or leave the option out.' % name)
    bare = value.strip()
    if (
        bare in MASKS or bare.strip('*') == '' or '********' in bare
    ):  # the last also stands within texts of which a part was hidden
        raise BadInput(
            '%s is a placeholder that stands for a hidden secret, not the secret itself. '
            'Take the value from its source, not from a result that was censored.' % name
        )
    if bare.startswith('$ANSIBLE_VAULT;'):
        raise BadInput(
            '%s is still encrypted with Ansible Vault. Give the vault password to this run.' % name
        )
    if bare.startswith('{{') or '__omit_place_holder__' in value:
        raise BadInput(
            '%s is a template that was not rendered. Check how the variable is defined.' % name
        )
    found = control_character_in(value)
    if found:
        raise BadInput(
            '%s holds a control character (%s), which cannot be part of a credential. '
            'A line feed at its end often comes from reading a file: use the trim filter.'
            % (name, found)
        )
    return value


def derived_forms(secret):
    """The forms in which a secret appears in URLs, headers and XML, itself first (2.22 masks literals only)."""
    # xml.sax.saxutils would do, but its import costs every process some milliseconds
    xml = (
        secret.replace('&', '&amp;')
        .replace('<', '&lt;')
        .replace('>', '&gt;')
        .replace('"', '&quot;')
    )
    forms = [
        secret,
        quote(secret, safe=''),
        xml,
        base64.b64encode(secret.encode('utf-8', 'surrogatepass')).decode('ascii'),
    ]
    return list(dict.fromkeys(forms))


def register(*secrets):
    """Tell ansible-core 2.22 and newer which values to redact. Older ones have no such registry: nothing happens."""
    if _register is not None:
        _register(
            [
                form
                for secret in secrets
                if secret and len(secret) >= SHORTEST_REGISTERED
                for form in derived_forms(secret)
            ]
        )


def fingerprint(secret):
    """Twelve hexadecimal digits of the SHA-256 of a generated, high-entropy secret: enough to tell two tokens apart.

    Never call it with a person's password: a short hash of a guessable value can be searched.
    """
    return hashlib.sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()[:12]
