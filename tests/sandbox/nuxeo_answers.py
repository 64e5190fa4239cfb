# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the stand-in of a Nuxeo Platform, in the forms that its parts write."""

from __future__ import annotations

import json
from urllib.parse import quote_plus

from flask import Response, request

SECURITY_HEADERS = [
    ('X-Frame-Options', 'SAMEORIGIN'),
    ('Referrer-Policy', 'strict-origin-when-cross-origin'),
    ('X-UA-Compatible', 'IE=10; IE=11'),
    ('Cache-Control', 'no-cache'),
    ('X-Content-Type-Options', 'nosniff'),
    (
        'Content-Security-Policy',
        "img-src data: blob: *; default-src blob: *; script-src 'unsafe-inline' 'unsafe-eval' "
        'data: *; '
        "style-src 'unsafe-inline' *; font-src data: *",
    ),
    ('X-XSS-Protection', '1; mode=block'),
]
REASONS = {
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
}
FORBIDDEN = (403, 'You do not have permissions to perform this operation.')
JAXRS = 'javax.ws.rs.WebApplicationException'
LOGIN_SCRIPT = """<script type="text/javascript">
document.cookie = 'nuxeo.start.url.fragment='
  + encodeURIComponent(window.location.hash.substring(1) || '') + '; path=/';
window.location = '%s';
</script>"""
LOGIN_PAGE = """<!DOCTYPE html>
<html>
<head><title>Nuxeo Platform</title></head>
<body>
<form method="post" action="startup">
<input name="user_name"><input name="user_password" type="password"></form>
</body>
</html>
"""


class Answer(Response):
    """A response that is sent as it is: no content type unless given, Location as it was made."""

    default_mimetype = None
    bare = False
    """Without the security headers."""
    by_tomcat = False

    def get_wsgi_headers(self, environ):
        headers = self.headers.copy()
        if self.is_sequence and self.status_code not in (204, 304):
            headers['Content-Length'] = str(sum(len(part) for part in self.iter_encoded()))
        return headers


def answer(status, body='', content_type=None, headers=()):
    made = Answer(body, status=status)
    if content_type:
        made.headers['Content-Type'] = content_type
    for name, value in headers:
        made.headers.add(name, value)
    return made


def tomcat_page(status, message=None, headers=()):
    """The error page of the servlet container."""
    title = f'HTTP Status {status} – {REASONS[status]}'
    got = f'<p><b>Message</b> {message}</p>' if message else ''
    page = (
        f'<!doctype html><html lang="en"><head><title>{title}</title><style type="text/css">body '
        f'{{font-family:Tahoma,Arial,sans-serif;}}</style></head>'
        f'<body><h1>{title}</h1><hr class="line" /><p><b>Type</b> Status '
        f'Report</p>{got}</body></html>'
    )
    made = answer(status, page, 'text/html;charset=utf-8', [('Content-Language', 'en'), *headers])
    made.by_tomcat = True
    return made


def bare(made, without=True):
    """The answer, without the security headers where C(without) is true."""
    made.bare = without
    return made


def json_answer(value, status=200, entity=None):
    content_type = 'application/json' + (
        f'; nuxeo-entity={entity}' if entity and request.method != 'HEAD' else ''
    )
    return answer(
        status, json.dumps(value, ensure_ascii=False, separators=(',', ':')), content_type
    )


def rest_error(status, message):
    return json_answer({'entity-type': 'exception', 'status': status, 'message': message}, status)


def token_json(status, value):
    """The token endpoint writes Latin-1; what does not fit becomes a question mark."""
    body = json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode('latin-1', 'replace')
    return answer(status, body, 'application/json;charset=ISO-8859-1')


def token_error(error, description, status=400):
    return token_json(status, {'error_description': description, 'error': error})


def redirect(location):
    return answer(
        302, headers=[('Location', location.encode('latin-1', 'replace').decode('latin-1'))]
    )


def java_encode(text):
    """application/x-www-form-urlencoded as Java writes it."""
    return quote_plus(text, safe='*').replace('~', '%7E')


def with_parameters(uri, parameters):
    sent = '&'.join(f'{name}={java_encode(value)}' for name, value in parameters if value)
    return f'{uri}{"&" if "?" in uri else "?"}{sent}'


def escape(text):
    """A text for the value of an attribute."""
    return (
        ''
        if text is None
        else text.replace('&', '&amp;').replace('<', '&lt;').replace('"', '&#034;')
    )


class Html500(Exception):
    """Something that Nuxeo does not catch: an error page in HTML."""


class Refused(Exception):
    """Ends the request with an answer."""

    def __init__(self, response):
        super().__init__()
        self.response = response
