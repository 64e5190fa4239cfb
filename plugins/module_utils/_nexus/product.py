# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which Nexus Repository Manager one talks to, and where its generation keeps things."""

from __future__ import annotations

import re
from collections import namedtuple
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import in_shape

# the ticket travels in this query parameter, base64 once more; elsewhere it travels raw in a header
QUERY = 'authToken'

Generation = namedtuple('Generation', 'since step1 step2 ticket_in status')
Generation.__doc__ = """Paths of one generation, below the context path (Sonatype support article
213465878; mounts measured on 2.2 to 3.71).

:ivar status: tells the version, and refuses wrong passwords."""

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

ATTRIBUTES_SINCE = (3, 69)  # tells about one's own token without creating it
ADMINISTRATOR_SINCE = (3, 90, 1)  # creates tokens on behalf of others
ATTRIBUTES_PATH = '/service/rest/internal/current-user/user-token/attributes'

_NUMBERS = r'\d{1,4}(?:\.\d{1,4}){1,3}(?:-\d{1,4})?'
_SERVER = re.compile(r'\bNexus/(%s)(?:\s+\(([A-Z-]+)\))?' % _NUMBERS)
_VERSION = re.compile(r'(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?')
_BELOW_CONTEXT = re.compile(r'/service/(?:rest|siesta|local|extdirect)(?:/|$)')
# Its pages, also those of errors, name the version behind the names of their style sheets, and from
# 3.x on the edition beside it
_PAGE_VERSION = re.compile(r'\.css\?(?:_v=)?(%s)["&]' % _NUMBERS)
_PAGE_EDITION = re.compile(r'product-spec">([A-Z-]+) %s<' % _NUMBERS)
# 2.0 to 2.7 name their REST library or servlet container instead of themselves
_OLD_SERVER = re.compile(r'Noelios-Restlet-Engine|Jetty\((?:7|8)\.')


class Product:
    """What is known about a server.

    :ivar version: as the user says, or else as the server writes it (C(3.71.0-06), C(2.2)), or
        None.
    :ivar stated: as the user says, or None.
    :ivar edition: V(PRO), V(COMMUNITY), V(OSS), or None.
    :ivar told: the version that the server itself named, or None.
    """

    def __init__(self, version=None, edition=None):
        self.version = self.stated = version
        self.edition = edition
        self.told = None

    @property
    def numbers(self):
        """The version as a tuple of three, or None."""
        match = _VERSION.match(self.version or '')
        return tuple(int(part or 0) for part in match.groups()) if match else None

    def at_least(self, numbers):
        """:returns: True, False, or None while the version is unknown."""
        return None if self.numbers is None else self.numbers >= tuple(numbers)

    def learn(self, answer):
        """Take what any answer tells by its C(Server) header or, where a proxy strips that, by its
        page. :returns: True when the version is known."""
        match = _SERVER.search(answer.header('Server') or '')
        if match:
            self._take(*match.groups())
        elif answer.is_html:
            text = answer.text()
            version, edition = _PAGE_VERSION.search(text), _PAGE_EDITION.search(text)
            if version and 'nexus' in text.lower():
                self._take(version.group(1), edition and edition.group(1))
        return self.version is not None

    def _take(self, version, edition):
        version, edition = in_shape('version', version), in_shape('edition', edition)
        self.told = self.told or version or None
        self.version = self.version or version or None
        self.edition = self.edition or edition or None

    def learn_status(self, status):
        """Take what a status resource tells: C({edition, version}) of 3.x, C({data: {version,
        editionShort}}) of 2.x."""
        data = status.get('data') if isinstance(status.get('data'), dict) else status
        version, edition = data.get('version'), data.get('edition') or data.get('editionShort')
        if isinstance(version, str) and re.match(_NUMBERS + '$', version):
            self._take(
                version,
                edition.upper()
                if isinstance(edition, str) and re.match('[A-Za-z-]+$', edition)
                else None,
            )

    @property
    def generation(self):
        """The C(Generation), or None while the version is unknown or older than 2.0."""
        if self.numbers is None:
            return None
        return next(
            (generation for generation in GENERATIONS if self.numbers[:2] >= generation.since), None
        )

    @property
    def without_user_tokens(self):
        """The edition is one that does not have the feature."""
        return self.edition in ('OSS', 'COMMUNITY')

    def __str__(self):
        edition = {'OSS': ' OSS', 'COMMUNITY': ' Community', 'PRO': ' Pro'}.get(self.edition, '')
        return 'Nexus Repository%s%s' % (edition, ' ' + self.version if self.version else '')


def looks_old(answer):
    """:returns: True when the answer seems to come from a 2.0 to 2.7, whose C(Server) header does
    not name it."""
    return bool(_OLD_SERVER.search(answer.header('Server') or ''))


def refuse_host(answer, url):
    """Nexus 3 answers 400, with nothing else, to a host name that holds an underscore (measured on
    3.16 to 3.71).

    :param url: by which it was asked. :raises Refused: it is that."""
    host = urlsplit(url).hostname or ''
    if answer.status == 400 and '_' in host and not answer.body:
        raise Refused(
            '%s refuses the request (400): Nexus 3 takes no host name with an underscore. Use '
            'another name of this server, or its address, in url.' % answer.request_label,
            400,
        )


def check_address(options):
    """What both generations want of O(url) and O(nexus_version). :raises BadInput: it cannot be
    right."""
    if (
        options.get('nexus_version') is not None
        and Product(options['nexus_version']).generation is None
    ):
        raise BadInput('nexus_version must be a version like 3.71.0 or 2.14.9, from 2.0 on.')
    if _BELOW_CONTEXT.search(urlsplit(options['url']).path):
        # Below the REST interface nothing is there, which would look like a token or repository
        # that is not
        raise BadInput(
            'url leads into the REST interface: it must end with the context path (Nexus 2 has '
            '/nexus by default, Nexus 3 none).'
        )


def wrong_login(answer):
    """:returns: the error for a 401, which is not always about the password."""
    if 'anti cross-site' in answer.text().lower():
        return Refused(
            '%s took this for a browser (401, cross-site request protection). A proxy in between '
            'adds a cookie or an agent name.' % answer.request_label,
            401,
        )
    return Refused(
        '%s does not accept the user name and password (401 from %s). Check username and password; '
        'names are case-sensitive.'
        % (answer.request_label.partition(' ')[2].partition('/')[0], answer.request_label),
        401,
    )


def wrong_place(answer, product):
    """:returns: the error for a 404 or 405 from outside the REST interface."""
    if product.stated and product.told and product.told != product.stated:
        seen = ' nexus_version says %s, but the server says %s.' % (product.stated, product.told)
    else:
        seen = ' The server says it is %s.' % product if product.told else ''
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


def refuse_place(status, product):
    """Outside its context path a server checks no credentials, and says of everything that it is
    not there.

    :param status: the C(Response) of C(Generation.status). :raises Refused: what was asked before
        was not asked in the right place."""
    if status.status == 401:
        raise wrong_login(status)
    if status.status in (404, 405) or (status.status == 200 and status.is_html):
        raise wrong_place(status, product)
    if status.status not in (200, 403):
        raise ServerProblem(
            "%s answered %d. The server's log tells more." % (status.request_label, status.status),
            status.status,
        )
