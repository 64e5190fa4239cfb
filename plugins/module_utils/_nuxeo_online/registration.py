# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The registration of a Nuxeo server at Nuxeo Online Services: from options to result."""

from __future__ import annotations

import os
import socket
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import instance_clid
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    check_writable,
    edit_private,
    read_private,
    remove_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import reported
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import Place
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    nuxeoctl,
    nuxeoctl_output,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    doubts,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, normalize_url
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

KEEP, REGISTER, RENEW, INSTALL, REPAIR, REMOVE = (
    'keep',
    'register',
    'renew',
    'install',
    'repair',
    'remove',
)

ARGUMENTS = {
    'nuxeo_home': {'type': 'path'},
    'nuxeoctl': {'type': 'path'},
    'conf_path': {'type': 'path'},
    'data_dir': {'type': 'path'},
    'url': {'type': 'str', 'default': SERVICE},
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'str'},
    'password': {
        'type': 'raw',
        'no_log': True,
    },  # a number must not become a text behind the user's back
    'project': {'type': 'str'},
    'instance_type': {'type': 'str', 'choices': ['dev', 'preprod', 'prod'], 'default': 'dev'},
    'description': {'type': 'str'},
    'clid': {'type': 'str', 'no_log': True},
    'min_remaining': {'type': 'int', 'default': 30 * 86400},
    'force': {'type': 'bool', 'default': False},
    'return_clid': {'type': 'bool', 'default': False},
    'verify': {'type': 'bool', 'default': False},
    'timeout': {'type': 'int', 'default': 300},
    'allow_http': {'type': 'bool', 'default': False},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
}
# The members of results that are declared to contain secrets
SECRET_RESULTS = ('clid',)
CONSTRAINTS = {
    'mutually_exclusive': [('clid', 'return_clid'), ('clid', 'force'), ('token', 'password')],
    'required_by': {'password': 'username', 'username': 'project'},
}
Options = t.Dict[str, t.Any]
LIMITS = {'min_remaining': (0, 3650 * 86400), 'timeout': (1, 3600)}


class NeedsToken(TokensError):
    """The server must be registered, for which nuxeoctl needs a user name and a token."""


class Registration:
    """The content of C(instance.clid).

    :ivar path: of the file that Nuxeo reads, or would write.
    :ivar state: C(FileState).
    :ivar clid: C(Clid) or None.
    :ivar description: str.
    :ivar readable: whether Nuxeo can read it as it is.
    """

    def __init__(self, home: nuxeoctl.Home, lenient: bool = False) -> None:
        """Read it.

        :param lenient: whether to accept a file with any other content, as one without C(Clid).
        :raises TokensError: it cannot be read, or contains something else.
        """
        self.state = read_private(_path(home), owner=home.data_owner)
        if self.state.content is None:
            # Nuxeo reads the one in its home folder where the data folder has none
            second = read_private(os.path.join(home.path, instance_clid.NAME))
            self.state = self.state if second.content is None else second
        self.path = self.state.path
        self.clid: instance_clid.Clid | None = None
        self.description, self.readable = '', False
        try:
            self.clid, self.description, self.readable = instance_clid.read(
                self.state.content, self.path
            )
        except FileProblem:
            if not lenient:
                raise

    def lasts(self, now: float, seconds: int = 0) -> bool:
        """Return whether it is valid for so long."""
        return self.clid is not None and (
            self.clid.expires_at is None or self.clid.expires_at - now > seconds
        )

    def about(self) -> dict[str, t.Any]:
        """Return what may be shown of it."""
        if self.clid is None:
            return {'state': 'absent'}
        return {
            'state': 'present',
            'expires_at': iso8601(self.clid.expires_at),
            'fingerprint': self.clid.fingerprint,
            'mode': '0%o' % self._mode(),
        }

    def _mode(self) -> int:
        return (self.state.info.st_mode & 0o777) if self.state.info else 0o600


def _path(home: nuxeoctl.Home) -> str:
    """Return the path of the file that Nuxeo writes."""
    return os.path.join(home.data, instance_clid.NAME)


def checked(params: t.Mapping[str, t.Any]) -> Options:
    """Check what an argument spec cannot.

    :returns: a new mapping; O(clid) is a C(Clid) or None.
    :raises BadInput: with the option's name, never the value of a secret.
    """
    options = dict(params)
    options['url'] = normalize_url(options['url'], options['allow_http'])
    check_limits(options, LIMITS)
    if options['description'] is None:
        options['description'] = ''.join(
            character
            for character in socket.gethostname()
            if character.isascii() and character.isprintable()
        )
    for name in ('username', 'project', 'description'):
        value = options[name]
        if value is None or (name == 'description' and value == ''):
            continue
        if not value.isascii() or control_character_in(value):
            raise BadInput(
                '%s must be one line of ASCII characters: nuxeoctl sends and writes others wrongly.'
                % name
            )
        if value.startswith('-') or value != value.strip() or not value:
            raise BadInput(
                '%s must not be empty, start with a hyphen, or have blanks around it.' % name
            )
    if options['username'] and (':' in options['username'] or '@' in options['username']):
        raise BadInput(
            'username must be the user name of Nuxeo Online Services, not the e-mail address of '
            'the login page, and without a colon.'
        )
    if options['password'] is not None:
        options['password'] = check_secret('password', options['password'])
        register(options['password'])
        if not options['password'].isascii() or options['password'] != options['password'].strip():
            raise BadInput(
                'password must be a token of Nuxeo Online Services: plain ASCII without blanks '
                'around it.'
            )
    if options['clid'] is not None:
        register(options['clid'])
        options['clid'] = instance_clid.from_option(options['clid'])
        register(options['clid'].text, options['clid'].second)
    return options


def decide(options: Options, found: Registration, now: float) -> str:
    """Return what to do.

    :param options: from C(checked).
    :param now: seconds since 1970.
    """
    if options['state'] == 'absent':
        return KEEP if found.state.content is None else REMOVE
    if options['clid'] is not None:
        return KEEP if found.clid == options['clid'] and found.readable else INSTALL
    if options['force'] or found.clid is None:
        return REGISTER
    if not found.lasts(now, options['min_remaining']):
        return RENEW
    return KEEP if found.readable else REPAIR


def ensure(
    params: t.Mapping[str, t.Any],
    check_mode: bool,
    with_diff: bool,
    clock: t.Callable[[], float] = time.time,
    environment: t.Mapping[str, str] | None = None,
) -> tuple[dict[str, t.Any], list[str]]:
    """Do what the module is for.

    :param params: options as in C(ARGUMENTS).
    :param environment: by default that of the process.
    :returns: (result of the module, warnings).
    :raises NeedsToken: the server must be registered, and no token was given; nothing was changed.
    :raises TokensError: with cause and remedy.
    """
    options = checked(params)
    home = nuxeoctl.locate(options, os.environ if environment is None else environment)
    now = clock()
    before = _registration(home, options)
    action = decide(options, before, now)
    if (
        options['clid'] is not None
        and action == INSTALL
        and options['clid'].expires_at is not None
        and options['clid'].expires_at <= now
    ):
        raise BadInput(
            'clid expired on %s. Register the server again, and use the new identifier.'
            % iso8601(options['clid'].expires_at)
        )
    if home.effective is False and options['state'] == 'present':
        return _not_effective(_result(options, before, before, home, KEEP, False, check_mode)), []
    _check_place(home, action)
    warnings = doubts({'password': options['password']})
    after = before
    if action == REGISTER and not check_mode and options['password'] is None:
        raise NeedsToken(
            'The server is not registered%s. Give username, password (a token of Nuxeo Online '
            'Services) and project, or the name of a '
            'source as token.' % (', or is to be registered again' if before.clid else '')
        )
    if action == REGISTER and options['project'] is None:
        raise BadInput('Registering needs project, the symbolic name of a Studio project.')
    if not check_mode and action != KEEP:
        _act(action, options, home, before, now, warnings)
        after = Registration(home)
    if options['state'] == 'present' and not check_mode:
        _narrow(after)
    permissions_restricted = options['state'] == 'present' and before.state.wide
    changed = permissions_restricted or (
        action != KEEP if check_mode else after.state.content != before.state.content
    )
    result = _result(options, after, before, home, action, changed, check_mode)
    if result.get('effective', True) is None:
        warnings.append(
            'Whether nuxeoctl reads %s is not known: %s. Compare with what "nuxeoctl showconf" '
            'shows.' % (result['path'], home.shadowed_by)
        )
    if with_diff:
        result['diff'] = _diff(before, after, action, check_mode)
    if options['verify'] and options['state'] == 'present':
        _verify(result, home, options, check_mode)
    return result, warnings


def work(
    params: t.Mapping[str, t.Any], check_mode: bool, with_diff: bool
) -> tuple[dict[str, t.Any], list[str]]:
    """Do what the module does.

    That is C(ensure), with a mark by which its action plugin knows that this host needs a token.

    :returns: as C(delivery_module.finish) expects it.
    :raises TokensError: with cause and remedy.
    """
    try:
        return ensure(params, check_mode, with_diff)
    except NeedsToken as problem:
        return {'failed': True, 'needs_token': True, 'msg': str(problem)}, []


def _registration(home: nuxeoctl.Home, options: dict[str, t.Any]) -> Registration:
    """Read the registration. What is replaced or removed in any case may have any content."""
    lenient = options['state'] == 'absent' or options['force'] or options['clid'] is not None
    return Registration(home, lenient)


def _check_place(home: nuxeoctl.Home, action: str) -> None:
    """Find out before the request whether the result can be written.

    nuxeoctl finds it out after it has registered.

    :raises FileProblem: with cause and remedy.
    """
    if action in (KEEP, REMOVE):
        return
    target = read_private(_path(home), owner=home.data_owner)
    check_writable(target)
    with reported('write', target.path), Place(target.path, home.data_owner) as place:
        if target.info is not None and not place.may_write_file():
            raise FileProblem(
                '%s cannot be written by this user. Run the task as the user of the Nuxeo server '
                '(become_user).' % target.path
            )
        owner = place.info().st_uid
        if os.geteuid() == 0 and owner != 0:  # a file of root alone, which the server cannot read
            raise FileProblem(
                '%s belongs to the user with the number %d, and not to root: run the task as that '
                'user (become_user), else the server could not read its registration.'
                % (place.folder_path, owner)
            )


def _act(
    action: str,
    options: Options,
    home: nuxeoctl.Home,
    before: Registration,
    now: float,
    warnings: list[str],
) -> None:
    """Do what was decided.

    :raises TokensError: with cause and remedy; the old registration is still there.
    """
    if action == REMOVE:
        remove_private(_path(home), owner=home.data_owner)
        remove_private(os.path.join(home.path, instance_clid.NAME))
    elif action in (INSTALL, REPAIR):
        clid: t.Any = options['clid'] or before.clid
        description = before.description if before.clid == clid else options['description']
        path, owner = (
            (_path(home), home.data_owner)
            if action == INSTALL
            else (before.path, before.state.owner)
        )
        edit_private(
            path, lambda content: (instance_clid.write(clid, description), None), owner=owner
        )
    elif action == RENEW:
        _renew(options, home, before, now, warnings)
    else:
        _register(options, home, before)


def _register(options: Options, home: nuxeoctl.Home, before: Registration) -> None:
    """Have nuxeoctl register the server. Its exit code does not count, the file does."""
    expected = options['url'] + '/site/'
    if not home.connect_url.endswith('/'):
        raise BadInput(
            'org.nuxeo.connect.url in %s must end with a slash, else nuxeoctl asks for a wrong '
            'address.' % home.conf
        )
    if home.connect_url.rstrip('/') != expected.rstrip('/'):
        raise BadInput(
            'nuxeoctl would send the token to %s (org.nuxeo.connect.url in %s), but it is for '
            '%s. Set that property to the site of url, '
            'which ends with /site/, or correct url.'
            % (host_of(home.connect_url), home.conf, options['url'])
        )
    _narrow(before)  # a file that is there keeps its mode
    code, output = nuxeoctl.call(
        home,
        [
            'register',
            options['username'],
            options['project'],
            options['instance_type'],
            options['description'],
        ],
        options['password'],
        options['timeout'],
    )
    after = Registration(home)
    if after.clid is None or after.clid == before.clid:
        if code == 0:
            raise FileProblem(
                'nuxeoctl reports that it has registered the server, but %s does not contain a new '
                'registration. '
                'Is data_dir the folder that nuxeo.data.dir names?' % after.path
            )
        raise FileProblem(
            nuxeoctl_output.explain(code, output, options['timeout'], options['password'])
        )


def _renew(
    options: Options,
    home: nuxeoctl.Home,
    before: Registration,
    now: float,
    warnings: list[str],
) -> None:
    """Have nuxeoctl renew the registration, which needs no token.

    Where it has ended and cannot be renewed, the server is registered again.
    """
    _narrow(before)
    code, output = nuxeoctl.call(home, ['register', '--renew'], None, options['timeout'])
    after = Registration(home)
    ends = 'ends' if before.lasts(now) else 'ended'
    if after.clid is None or after.clid == before.clid:
        what = (
            'The registration %s on %s, and nuxeoctl could not renew it%s. It does not say why: '
            'the contract may be over, the registration revoked, '
            'or the service out of reach.'
            % (
                ends,
                iso8601(before.clid.expires_at if before.clid else None),
                ' within %d seconds' % options['timeout'] if code is None else '',
            )
        )
        if before.lasts(now):
            warnings.append(what)
            return
        if options['password'] is None or options['project'] is None:
            raise NeedsToken(
                what + ' To register it again, give username, password (a token of Nuxeo '
                'Online Services) and project, or the name '
                'of a source as token.'
            )
        _register(options, home, after)
    elif not after.lasts(now, options['min_remaining']):
        warnings.append(
            'The registration was renewed, but ends on %s all the same. Its contract may end then.'
            % iso8601(after.clid.expires_at)
        )


def _narrow(found: Registration) -> None:
    """Take the rights of other users on the file away."""
    if found.state.wide:
        edit_private(found.path, lambda content: (content, None), owner=found.state.owner)


def _result(
    options: Options,
    after: Registration,
    before: Registration,
    home: nuxeoctl.Home,
    action: str,
    changed: bool,
    check_mode: bool,
) -> dict[str, t.Any]:
    clid = after.clid if options['state'] == 'present' else None
    result = {
        'changed': changed,
        'path': after.path,
        'action': action,
        'registered': clid is not None,
        'expires_at': iso8601(clid.expires_at) if clid else None,
        'fingerprint': clid.fingerprint if clid else None,
        'description': after.description if clid else None,
        # A server without a registration picks a new one up at once, others do not
        'restart_required': before.clid is not None
        and (
            action in (REGISTER, RENEW, REMOVE) or options['clid'] not in (None, before.clid)
            if check_mode
            else after.clid != before.clid
        ),
    }
    if options['state'] == 'present':
        result['effective'] = home.effective
        if home.effective is False:
            result['shadowed_by'] = home.shadowed_by
    if options['return_clid']:
        result['clid'] = clid.text if clid else None
    return result


def _not_effective(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of a run that would write a file that nuxeoctl does not read."""
    return dict(
        result,
        failed=True,
        msg='Nothing was done, because nuxeoctl would not read %s: %s. Correct data_dir, or that '
        'property.' % (result['path'], result['shadowed_by']),
    )


def _diff(
    before: Registration, after: Registration, action: str, check_mode: bool
) -> dict[str, t.Any]:
    then = after.about()
    if check_mode and action != KEEP:
        then = (
            {'state': 'absent'}
            if action == REMOVE
            else {'state': 'present', 'fingerprint': 'not known before it is made'}
        )
    elif then['state'] == 'present' and check_mode:
        then['mode'] = '0600'
    return {
        'before_header': before.path,
        'after_header': before.path,
        'before': before.about(),
        'after': then,
    }


def _verify(
    result: dict[str, t.Any],
    home: nuxeoctl.Home,
    options: Options,
    check_mode: bool,
) -> None:
    if check_mode:
        accepted, message = None, 'check mode'
    else:
        timeout = options['timeout']
        try:
            code, output = nuxeoctl.call(home, ['mp-update'], None, timeout)
            accepted, message = nuxeoctl_output.verdict(code, output, timeout)
        except FileProblem as problem:
            accepted, message = False, str(problem).rstrip('.')
    result['verification'] = [{'name': result['path'], 'accepted': accepted, 'message': message}]
    if accepted is False:
        result.update(
            failed=True,
            msg='The registration is there, but it could not be verified: %s.' % message,
        )
