# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The version of a Nexus Repository, the paths of its generation, and refusals of logins."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    wrong_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    in_shape,
)

# the ticket travels in this query parameter, base64 once more; elsewhere it travels raw in a header
QUERY = 'authToken'


class Generation(t.NamedTuple):
    """Paths of one generation, below the context path (Sonatype support article 213465878; mounts
    measured on 2.2 to 3.71).

    :ivar since: its first version. :ivar step1: returns a ticket for a password.
    :ivar step2: returns the token for a ticket.
    :ivar ticket_in: C(QUERY), or the header that carries the ticket.
    :ivar status: reports the version, and refuses wrong passwords."""

    since: t.Tuple[int, int]
    step1: str
    step2: str
    ticket_in: str
    status: str


_REST, _SIESTA, _LOCAL = (
    '/service/rest/wonderland/',
    '/service/siesta/wonderland/',
    '/service/local/',
)
GENERATIONS = (
    Generation(
        (3, 24),
        _REST + 'authenticate',
        '/service/rest/internal/current-user/user-token',
        QUERY,
        _REST + 'status',
    ),
    Generation(
        (3, 8),
        _REST + 'authenticate',
        '/service/rest/usertoken/current',
        'X-NX-AuthTicket',
        _REST + 'status',
    ),
    Generation(
        (3, 0),
        _SIESTA + 'authenticate',
        '/service/siesta/usertoken/current',
        'X-NX-AuthTicket',
        _SIESTA + 'status',
    ),
    Generation(
        (2, 7),
        _SIESTA + 'authenticate',
        '/service/siesta/usertoken/current',
        'X-NX-AuthTicket',
        _LOCAL + 'status',
    ),
    Generation(
        (2, 0),
        _LOCAL + 'usertoken/authenticate',
        '/service/local/usertoken/current',
        'X-NX-UserToken-AuthTicket',
        _LOCAL + 'status',
    ),
)
STEP1_PATHS = tuple(dict.fromkeys(generation.step1 for generation in GENERATIONS))
STATUS_PATHS = tuple(dict.fromkeys(generation.status for generation in GENERATIONS))

REST_STATUS = '/service/rest/v1/status'

ATTRIBUTES_SINCE = (3, 69)  # reports one's own token without creating it
ADMINISTRATOR_SINCE = (3, 90, 1)  # creates tokens on behalf of others
ATTRIBUTES_PATH = '/service/rest/internal/current-user/user-token/attributes'

_NUMBERS = r'\d{1,4}(?:\.\d{1,4}){1,3}(?:-\d{1,4})?'
_SERVER = re.compile(r'\bNexus/(%s)(?:\s+\(([A-Z-]+)\))?' % _NUMBERS)
_VERSION = re.compile(r'(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?')
_BELOW_CONTEXT = re.compile(r'/service/(?:rest|siesta|local|extdirect)(?:/|$)')
# All pages, also those of errors, have the version behind the names of their style sheets, and
# from 3.x on the edition beside it
_PAGE_VERSION = re.compile(r'\.css\?(?:_v=)?(%s)["&]' % _NUMBERS)
_PAGE_EDITION = re.compile(r'product-spec">([A-Z-]+) %s<' % _NUMBERS)
# 2.0 to 2.7 name their REST library or servlet container instead of themselves
_OLD_SERVER = re.compile(r'Noelios-Restlet-Engine|Jetty\((?:7|8)\.')


class Product:
    """What is known about a server.

    :ivar version: from the user, or else from the server (C(3.71.0-06), C(2.2)), or None.
    :ivar stated: the version from the user, or None.
    :ivar reported: the version from the server, or None.
    :ivar edition: V(PRO), V(COMMUNITY), V(OSS), or None.
    """

    def __init__(self, version: t.Optional[str] = None, edition: t.Optional[str] = None) -> None:
        self.version = self.stated = version
        self.edition = edition
        self.reported: t.Optional[str] = None

    @property
    def numbers(self) -> t.Optional[t.Tuple[int, ...]]:
        """The version as a tuple of three, or None."""
        match = _VERSION.match(self.version or '')
        return tuple(int(part or 0) for part in match.groups()) if match else None

    def at_least(self, numbers: t.Sequence[int]) -> t.Optional[bool]:
        """:returns: True, False, or None while the version is unknown."""
        return None if self.numbers is None else self.numbers >= tuple(numbers)

    def learn(self, answer: Response) -> bool:
        """Read the version in the C(Server) header of any response or, where a proxy removes that,
        in its page.

        :returns: whether the version is known."""
        match = _SERVER.search(answer.header('Server') or '')
        if match:
            self._set(*match.groups())
        elif answer.is_html:
            text = answer.text()
            version, edition = _PAGE_VERSION.search(text), _PAGE_EDITION.search(text)
            if version and 'nexus' in text.lower():
                self._set(version.group(1), edition and edition.group(1))
        return self.version is not None

    def _set(self, version: t.Any, edition: t.Any) -> None:
        number = in_shape('version', version) or None
        self.reported = self.reported or number
        self.version = self.version or number
        self.edition = self.edition or in_shape('edition', edition) or None

    def learn_status(self, status: t.Mapping[str, t.Any]) -> None:
        """Read a status resource: C({edition, version}) of 3.x, C({data: {version, editionShort}})
        of 2.x."""
        nested = status.get('data')
        data = nested if isinstance(nested, dict) else status
        version, edition = data.get('version'), data.get('edition') or data.get('editionShort')
        if isinstance(version, str) and re.match(_NUMBERS + '$', version):
            self._set(
                version,
                edition.upper()
                if isinstance(edition, str) and re.match('[A-Za-z-]+$', edition)
                else None,
            )

    @property
    def generation(self) -> t.Optional[Generation]:
        """The C(Generation), or None while the version is unknown or older than 2.0."""
        numbers = self.numbers
        if numbers is None:
            return None
        return next(
            (generation for generation in GENERATIONS if numbers[:2] >= generation.since), None
        )

    @property
    def known_generation(self) -> Generation:
        """The generation, the newest while the version is unknown."""
        return self.generation or GENERATIONS[0]

    @property
    def without_user_tokens(self) -> bool:
        """The edition is one that does not have the feature."""
        return self.edition in ('OSS', 'COMMUNITY')

    def __str__(self) -> str:
        editions = {'OSS': ' OSS', 'COMMUNITY': ' Community', 'PRO': ' Pro'}
        edition = editions.get(self.edition or '', '')
        return 'Nexus Repository%s%s' % (edition, ' ' + self.version if self.version else '')


def server_name(url: str) -> str:
    """:returns: a base URL without its scheme, for messages."""
    return url.split('://', 1)[1]


def looks_old(answer: Response) -> bool:
    """:returns: whether the response seems to come from a 2.0 to 2.7, whose C(Server) header does
    not name it."""
    return bool(_OLD_SERVER.search(answer.header('Server') or ''))


def refuse_host(answer: Response, url: str) -> None:
    """Nexus 3 sends an empty 400 to a host name with an underscore (measured on 3.16 to 3.71).

    :param url: the base URL of the request. :raises Refused: this is the cause."""
    host = urlsplit(url).hostname or ''
    if answer.status == 400 and '_' in host and not answer.body:
        raise Refused(
            '%s refuses the request (400): Nexus 3 does not accept a host name with an underscore. '
            'Use another name of this server, or its address, in url.' % answer.request_label,
            400,
        )


def check_address(options: t.Mapping[str, t.Any]) -> None:
    """:raises BadInput: O(url) or O(nexus_version) cannot be right."""
    if (
        options.get('nexus_version') is not None
        and Product(options['nexus_version']).generation is None
    ):
        raise BadInput('nexus_version must be a version like 3.71.0 or 2.14.9, from 2.0 on.')
    if _BELOW_CONTEXT.search(urlsplit(options['url']).path):
        # Nothing is below the REST interface, which would look like a missing token or repository
        raise BadInput(
            'url leads into the REST interface: it must end with the context path (Nexus 2 has '
            '/nexus by default, Nexus 3 none).'
        )


LOGIN_SCHEMES = ('Negotiate', 'NTLM', 'Kerberos', 'Digest', 'Bearer')


def wrong_login(answer: Response) -> Refused:
    """:returns: the error for a 401, which is not always about the password."""
    if 'anti cross-site' in answer.text().lower():
        return Refused(
            '%s treats this as a browser (401, cross-site request protection). A proxy in between '
            'adds a cookie or an agent name.' % answer.request_label,
            401,
        )
    label = answer.request_label
    asked_for = (answer.header('WWW-Authenticate') or '').lower()
    if asked_for and 'basic' not in asked_for:
        scheme = next(
            (name for name in LOGIN_SCHEMES if name.lower() in asked_for), 'another login'
        )
        return Refused(
            '%s answered 401 and asks for %s, which Nexus does not: a gateway or single sign-on '
            'before it requires a separate login. Use an address that leads to Nexus itself.'
            % (label, scheme),
            401,
        )
    host = label.partition(' ')[2].partition('/')[0]
    return wrong_credentials(host, '401 from ' + label, hint='names are case-sensitive')


def wrong_place(answer: Response, product: Product) -> Refused:
    """:returns: the error for a 404 or 405 from outside the REST interface."""
    if product.stated and product.reported and product.reported != product.stated:
        seen = ' nexus_version is %s, but the server reports %s.' % (
            product.stated,
            product.reported,
        )
    else:
        seen = ' The server reports %s.' % product if product.reported else ''
    return Refused(
        '%s has no Nexus Repository REST interface there (%d).%s Check %surl: it must end with the '
        'context path (Nexus 2 has '
        '/nexus by default, Nexus 3 none).'
        % (
            answer.request_label,
            answer.status,
            seen,
            'nexus_version, and ' if product.stated else '',
        ),
        answer.status,
    )


def refuse_place(status: Response, product: Product) -> None:
    """Outside its context path a server checks no credentials, and answers 404 to everything.

    :param status: the C(Response) of C(Generation.status).
    :raises Refused: the requests before were not sent to the right place."""
    if status.status == 401:
        raise wrong_login(status)
    if status.status in (404, 405) or (status.status == 200 and status.is_html):
        raise wrong_place(status, product)
    if status.status not in (200, 403):
        raise unexpected_status(status)


def unexpected_status(answer: Response) -> ServerProblem:
    """:returns: the error for a status without any other explanation."""
    return ServerProblem(
        '%s answered %d. See the server log for details.' % (answer.request_label, answer.status),
        answer.status,
    )


def unknown_version(url: str) -> Refused:
    """:returns: the error for a server whose version cannot be found out."""
    return Refused(
        '%s does not report its version. Set nexus_version, and check that url ends with the '
        'context path (Nexus 2 has /nexus by default).' % server_name(url)
    )
