# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The two steps to a user token (Sonatype support article 213465878).

A POST with the user's password returns a ticket that is valid for 20 seconds and works once. A GET
(DELETE, POST) with the ticket reads (resets, replaces) the token."""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    GENERATIONS,
    QUERY,
    STATUS_PATHS,
    STEP1_PATHS,
    looks_old,
    refuse_host,
    refuse_place,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.session import (
    Session,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.user_token_errors import (
    no_user_tokens,
    step1_refusal,
    ticket_refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
)

TICKET_SECONDS = 18  # the server's limit is 20; the request itself takes some
ROUNDS = 2  # how many tickets one step may use


class Ticket(t.NamedTuple):
    """:ivar value: a secret. :ivar requested_at: by the monotonic clock.

    :ivar date: the clock of the server then, or None."""

    value: str
    requested_at: float
    date: t.Optional[float]

    def __repr__(self) -> str:
        return 'Ticket(redacted)'


class Tickets:
    """Gets and uses tickets.

    :ivar date: the clock of the server when the last used ticket was issued, or None."""

    def __init__(self, session: Session, monotonic: t.Callable[[], float]) -> None:
        self.session = session
        self.date: t.Optional[float] = None
        self._monotonic = monotonic
        self._ticket: t.Optional[Ticket] = None

    def take(self) -> Ticket:
        """Get a ticket, and learn the version on the way.

        With a known version this is one request. Otherwise, the paths of the generations are tried
        from the newest on; the first response mostly contains the version.

        :raises TokensError: with cause and remedy."""
        session = self.session
        session.client.keeps_cookies = True  # up to step 2
        tried: t.List[str] = []
        refused: t.List[Response] = []
        while True:
            path = self._next_path(tried)
            if path is None:
                raise self._none_fits(refused)
            tried.append(path)
            requested_at = self._monotonic()
            answer = self._log_in(path)
            if answer.status == 200:
                break
            refused.append(answer)
            if not self._maybe_wrong_mount(answer):
                raise self._refusal(answer)
            if answer.status == 403 and looks_old(answer):
                session.assumed = GENERATIONS[-1]  # only 2.0 to 2.3 answer like this
        value = _ticket_in(answer)
        if session.generation is None:
            self._settle_generation(path)
        register(value, encoded(value))
        self._ticket = Ticket(value, requested_at, answer.date)
        return self._ticket

    def use(self, method: str) -> Response:
        """Send step 2 with an unused ticket, and once more if the server did not accept the first.

        :returns: the response, of any status."""
        for _round in range(ROUNDS - 1):
            ticket = self._unused()
            try:
                answer = self._send(method, ticket)
            except Unreachable:
                # Whether the ticket was used is unknown: neither it nor a change is sent again
                if method != 'GET':
                    raise
                continue
            failed = answer.status >= 500 and answer.status != 501 and method == 'GET'
            if not failed and not ticket_refused(answer):
                return answer
        return self._send(method, self._unused())

    def _unused(self) -> Ticket:
        ticket = self._ticket
        if ticket is None or self._monotonic() - ticket.requested_at > TICKET_SECONDS:
            ticket = self.take()
        self.date, self._ticket = ticket.date, None
        return ticket

    def _send(self, method: str, ticket: Ticket) -> Response:
        session, generation = self.session, self.session.known_generation
        more: t.Dict[str, t.Any] = {
            'headers': {generation.ticket_in: ticket.value, 'Content-Type': 'application/json'}
        }
        if generation.ticket_in == QUERY:
            more = {'query': {QUERY: encoded(ticket.value)}}
        session.client.keeps_cookies = False
        answer = session.client.request(
            method,
            generation.step2,
            authorization=session.authorization,
            repeatable=False,
            **more,
        )
        session.product.learn(answer)
        return answer

    def _log_in(self, path: str) -> Response:
        session = self.session
        login = {'u': encoded(session.username), 'p': encoded(session.password)}
        register(login['p'])
        answer = session.client.request(
            'POST', path, authorization=session.authorization, repeatable=True, json_body=login
        )
        refuse_host(answer, session.client.url)
        session.product.learn(answer)
        return answer

    def _next_path(self, tried: t.Sequence[str]) -> t.Optional[str]:
        generation = self.session.generation
        paths = (generation.step1,) if generation else STEP1_PATHS
        return next((path for path in paths if path not in tried), None)

    def _refusal(self, answer: Response) -> TokensError:
        return step1_refusal(answer, self.session.client.url, self.session.product)

    def _none_fits(self, refused: t.Sequence[Response]) -> TokensError:
        """:returns: the error after all paths were tried."""
        session, last = self.session, refused[-1]
        old = session.product.reported and session.product.at_least((2, 7)) is False
        if last.status == 404 and old:
            # Its pages are the same for everything that is missing
            refuse_place(session.ask_status(session.known_generation.status), session.product)
            return no_user_tokens(session.product, last)
        # The refusal of the right path explains more than a 404
        return self._refusal(
            next((answer for answer in refused if answer.status not in (404, 405)), last)
        )

    def _maybe_wrong_mount(self, answer: Response) -> bool:
        """A path of another generation: 404, or 405 with HTML (3.x), or, on 2.2 and 2.3, 403 from
        outside the REST application."""
        if answer.status == 404:
            return True
        if answer.status == 405:
            return answer.is_html or not answer.header('X-Siesta-FaultId')
        # Behind a proxy that replaces the Server header, only the missing X-Siesta-FaultId shows it
        return (
            answer.status == 403
            and not answer.header('X-Siesta-FaultId')
            and (looks_old(answer) or self.session.product.reported is None)
        )

    def _settle_generation(self, path: str) -> None:
        """There is a ticket but no version: a proxy strips the Server header, or it is a 2.0 to
        2.7."""
        if path == STEP1_PATHS[0]:
            self.session.ask_status(STATUS_PATHS[0])
        # Without a version, the newest generation with this path is the best guess. The older two
        # paths belong to one way for step 2 each, so no request is necessary.
        self.session.assumed = next(
            generation for generation in GENERATIONS if generation.step1 == path
        )


def _ticket_in(answer: Response) -> str:
    ticket = answer.json_object().get('t')
    if (
        isinstance(ticket, str)
        and ticket
        and ticket.isascii()
        and ticket.isprintable()
        and ' ' not in ticket
    ):
        return ticket
    raise ServerProblem(
        '%s answered 200 without a ticket. Is this a Nexus Repository?' % answer.request_label, 200
    )


def encoded(text: str) -> str:
    """:returns: Base64 of a text."""
    return base64.b64encode(text.encode('utf-8')).decode('ascii')
