# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The rules for URLs: which are accepted, their normal form, and where plain http is allowed.

Loopback addresses are 127.0.0.0/8, ::1 and the name localhost; there, http needs no C(allow_http).
Host names outside ASCII are converted (IDNA 2003); empty labels and labels that begin or end with a
hyphen are refused (RFC 1123 section 2.1; underscores occur in practice and are accepted).
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

PORTS = {'https': 443, 'http': 80}
LOOPBACK_NAME = 'localhost'
_LABEL = r'[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
_NAME = re.compile(r'%s(?:\.%s)*' % (_LABEL, _LABEL))
_LOOPBACK4 = re.compile(r'127(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})){3}')


class Address(t.NamedTuple):
    """The parts of a checked URL.

    :ivar scheme: V(https) or V(http). :ivar host: in lower case and ASCII, without brackets.
    :ivar port: as given, or None. :ivar path: as given.
    """

    scheme: str
    host: str
    port: t.Optional[int]
    path: str


def is_loopback(host: str) -> bool:
    """:param host: a name or an address without brackets. :returns: whether it is this machine."""
    host = host.lower().rstrip('.')
    if host == LOOPBACK_NAME or _LOOPBACK4.fullmatch(host):
        return True
    if ':' not in host:
        return False
    import ipaddress  # here, since hardly anybody writes such an address

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_url(
    url: t.Any, option: str = 'url', example: str = 'https://nexus.example.com'
) -> Address:
    """Check the form of a URL. Whether http may be used is the question of L(require_https).

    :param option: the name of the option, for messages. :param example: a good value.
    :returns: L(Address).
    :raises BadInput: no http or https URL, a user name or password, a query, a fragment, an
        impossible host or port, a blank, a backslash or a control character.
    """
    if not isinstance(url, str) or not url.strip():
        raise BadInput('%s is empty. Give the address of the server, like %s.' % (option, example))
    url = url.strip()
    if not url.isprintable() or ' ' in url or '\\' in url:
        raise BadInput('%s contains a blank, a backslash or a control character.' % option)
    try:
        parts = urlsplit(url)
        port, host = parts.port, _ascii_host(parts)
    except ValueError:  # UnicodeError is one
        raise BadInput('%s is not an address: its host or port cannot be read.' % option) from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS or port == 0 or not _is_host(host):
        raise BadInput('%s must be an address like %s.' % (option, example))
    if '@' in parts.netloc:
        raise BadInput(
            '%s must not contain a user name or password. Use the options for them.' % option
        )
    if parts.query or parts.fragment:
        raise BadInput('%s must not contain a query or a fragment (what follows ? or #).' % option)
    return Address(scheme, host, port, parts.path)


def _ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ''
    host = host[:-1] if host.endswith('.') else host
    return host if host.isascii() else host.encode('idna').decode('ascii').lower()


def _is_host(host: str) -> bool:
    if ':' in host:
        return re.fullmatch('[0-9a-f:.]+', host) is not None
    return len(host) <= 253 and _NAME.fullmatch(host) is not None


def require_https(address: Address, allow_http: t.Optional[bool], option: str = 'url') -> None:
    """:param allow_http: None where the server allows no exception, which is then not offered.

    :raises BadInput: http to another machine, without C(allow_http)."""
    if address.scheme == 'https' or allow_http or is_loopback(address.host):
        return
    remedy = '' if allow_http is None else ', or set allow_http to true if this network is yours'
    raise BadInput(
        '%s uses http, over which passwords and tokens travel in the clear. Use https%s.'
        % (option, remedy)
    )


def normalize_url(url: t.Any, allow_http: t.Optional[bool] = False, option: str = 'url') -> str:
    """Check a base URL and bring it into one form, so that equal servers compare equal.

    :param url: C(https://host[:port][/context]).
    :param allow_http: accept http for hosts other than loopback as well; see L(require_https).
    :returns: without a slash at its end, scheme and host in lower case, no default port.
    :raises BadInput: see L(parse_url) and L(require_https).
    """
    address = parse_url(url, option)
    require_https(address, allow_http, option)
    netloc = '[%s]' % address.host if ':' in address.host else address.host
    if address.port is not None and address.port != PORTS[address.scheme]:
        netloc += ':%d' % address.port
    return urlunsplit((address.scheme, netloc, re.sub('/+$', '', address.path), '', ''))


def validate_url(url: t.Any, allow_http: t.Optional[bool], option: str = 'url') -> Address:
    """Check a URL that is used as it was given, as git and Maven do.

    :returns: L(Address). :raises BadInput: see L(parse_url) and L(require_https)."""
    address = parse_url(url, option)
    require_https(address, allow_http, option)
    return address


def host_of(url: str) -> str:
    """:returns: scheme and host of any URL, fit to be shown, or V(an unreadable address)."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return 'the same host' if not parts.scheme else 'an unreadable address'
        port = ':%d' % parts.port if parts.port else ''
    except ValueError:
        return 'an unreadable address'
    host = re.sub(r'[^A-Za-z0-9.:_-]', '?', parts.hostname)
    return '%s://%s%s' % (re.sub('[^a-z]', '?', parts.scheme.lower()) or 'https', host, port)


def path_of(location: str) -> str:
    """:returns: the path of a URL, or an empty str where it is none."""
    try:
        return urlsplit(location).path
    except ValueError:
        return ''


def check_basic_user(name: str, option: str = 'username', advice: str = '') -> None:
    """:raises BadInput: a colon, where HTTP Basic authentication ends the user name (RFC 7617)."""
    if ':' in name:
        raise BadInput(
            '%s must not contain a colon: HTTP Basic authentication ends the name there.%s'
            % (option, ' ' + advice if advice else '')
        )
