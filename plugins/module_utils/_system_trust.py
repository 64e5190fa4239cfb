# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The certificates that the system trusts, without what variables of the environment name."""

from __future__ import annotations

import os
import typing as t

# Where OpenSSL was built with other paths, as in Pythons that do not come from the system
BUNDLES = (
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/tls/cacert.pem',
    '/etc/ssl/cert.pem',
    '/usr/local/share/certs/ca-root-nss.crt',
    '/usr/local/etc/openssl/cert.pem',
    '/opt/homebrew/etc/ca-certificates/cert.pem',
)


def locations() -> t.Tuple[t.Optional[str], t.Optional[str]]:
    """:returns: a file and a folder of certificates. Either may be None."""
    import ssl  # takes time to load

    built_in = ssl.get_default_verify_paths()  # the fields openssl_* do not come from variables
    bundles = (built_in.openssl_cafile, *BUNDLES)
    return (
        next((path for path in bundles if _has_content(path)), None),
        built_in.openssl_capath if os.path.isdir(built_in.openssl_capath) else None,
    )


def _has_content(path: str) -> bool:
    return os.path.isfile(path) and os.path.getsize(path) > 0
