# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials in the file of a package client: from the options of a module to its result."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._delivery_result import (
    attempt,
    entries_diff,
    refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    edit_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    fingerprint,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
    normalize_url,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import (
    check_expiry,
    check_limits,
)

Options = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]
Verdict = t.Tuple[t.Optional[bool], str]
LIMITS = {'verify_timeout': (1, 600)}


class Wanted(t.NamedTuple):
    """One checked entry.

    :ivar name: how messages and the result name it, as it was given.
    :ivar present: False to remove it; then C(secret) is None.
    :ivar options: all options of the entry. That of C(URL) is normalized.
    :ivar bearer: whether C(secret) is an access token. C(username) is None without a user name.
    """

    name: str
    present: bool
    options: Options
    username: t.Optional[str] = None
    secret: t.Optional[str] = None
    bearer: bool = False

    def __repr__(self) -> str:
        return 'Wanted(%s, redacted)' % self.name


class Edited(t.NamedTuple):
    """The result of an edit.

    :ivar content: the new content; the old object where nothing changes.
    :ivar changes: for each entry, what changed: V(entry) (added or removed), V(secret), V(kind),
        V(duplicates), V(registry) and words of the client.
    :ivar warnings: sentences.
    """

    content: t.Optional[bytes]
    changes: t.Sequence[t.Sequence[str]]
    warnings: t.Sequence[str] = ()


class Request(t.NamedTuple):
    """What to ask a server, with the credential that was read back from the file."""

    url: str
    authorization: str


class Further(t.NamedTuple):
    """One more file that the client needs.

    :ivar edit: as that of C(Client), but of this file.
    :ivar mode_policy: V(narrow) where it contains a secret, else V(keep).
    """

    path: str
    edit: t.Callable[[t.Optional[bytes]], Edited]
    mode_policy: str = 'keep'


class Client:
    """What differs by client. A subclass is in a file of this folder.

    :cvar PATH: its file, below the home folder.
    :cvar BASE64: it sends user name and password as one base64 text, so that no user name may
        contain a colon.
    :cvar BEARER_USERNAME: the user name beside an access token that serves as a password, unless
        the entry has one. None where the client sends a bearer token as such.
    :ivar params: options of the module. :ivar path: of the file.
    :ivar wanted: the entries.
    """

    PATH = ''
    BASE64 = True
    BEARER_USERNAME: t.Optional[str] = None

    def __init__(self, params: Options) -> None:
        self.params = params
        self.path: str = params['path'] or self.default_path()
        self.wanted: t.List[Wanted] = []

    def default_path(self) -> str:
        """Return the file where the option C(path) is not given."""
        return os.path.join(home_folder(), self.PATH)

    def key(self, entry: Wanted) -> t.Any:
        """Return what no two entries may have alike: the place of an entry in the file."""
        return entry.name

    def check(self, entry: Wanted) -> None:
        """Refuse a present entry that the client would misread. The secret is checked already.

        :raises BadInput: with the reason; it contains nothing of the secret.
        """

    def edit(self, content: t.Optional[bytes]) -> Edited:
        """Bring C(wanted) into the content of the file. It must depend on nothing else.

        :param content: None for no file. :raises TokensError: it cannot be edited.
        """
        raise NotImplementedError

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        """Return what the client uses instead of present entries.

        :param content: the new content. :returns: by number of the entry, a reason.
        """
        return {}

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        """Return warnings: where the client still finds a credential for a removed entry."""
        return []

    def further(self) -> t.Sequence[Further]:
        """Return more files that are edited after the first one."""
        return ()

    def keeps_outside(self) -> bool:
        """Return whether entries can be kept outside of files: L(keep_outside)."""
        return False

    def keep_outside(
        self, content: t.Optional[bytes], changes: t.Sequence[t.List[str]], check_mode: bool
    ) -> t.Dict[int, str]:
        """Bring entries to where the client keeps them outside of files.

        This is done before the first file is written, and again where another program wrote it.

        :param content: the new content of the file. :param changes: for each entry, what changed.
            It is extended at each change. :returns: as L(shadowed); then no file is written.
        :raises TokensError: as well.
        """
        return {}

    def locked(self) -> t.ContextManager[t.Any]:
        """Return the lock that the client itself uses for its file."""
        return contextlib.nullcontext()

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        """Return how to verify an entry, as the client would find it in the file.

        :param content: of the file. :returns: None where nothing can be asked.
        """
        return None

    def ask(self, request: Request, trust: t.Any, timeout: float) -> Verdict:
        """Return whether a server accepts a request, or None if unknown, and the reason.

        :param trust: C(Trust).
        """
        # Here, since most runs verify nothing
        from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import (
            Login,
            verify,
        )

        return verify(request.url, [Login(request.authorization)], trust, timeout)


def home_folder() -> str:
    """Return the home of this user from the password database, as JVM tools and others do.

    HOME can be that of another user, depending on how the task became this one.
    """
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:  # containers run as users without an entry
        home = os.environ.get('HOME', '')
    if not os.path.isabs(home):
        raise BadInput('This user has no home folder. Give path.')
    return home


class _NotEffective(Exception):
    """The client would not use what is wanted. :ivar shadowed: by number, the reasons."""

    def __init__(self, edited: Edited, shadowed: t.Dict[int, str]) -> None:
        super().__init__()
        self.edited = edited
        self.shadowed = shadowed


def deliver(
    kind: t.Any, params: Options, check_mode: bool, with_diff: bool
) -> t.Tuple[Result, t.List[str]]:
    """Do what the module of a package client is for.

    :param kind: a subclass of C(PackageClient). :param params: options of its module.
    :returns: (result of the module, warnings). The result has C(failed) where the client would not
        use an entry, and nothing was written, or where verification fails.
    :raises TokensError: nothing was changed, unless the message says otherwise.
    """
    check_limits(params, LIMITS)
    for option in ('path', 'ca_path'):
        if params.get(option) is not None and not os.path.isabs(params[option]):
            raise BadInput('%s must be an absolute path, or start with ~.' % option)
    client = kind.client()(params)
    client.wanted = _all_wanted(kind, client, params)
    result, content, warnings = _edited(kind, client, check_mode)
    if with_diff:
        result['diff'] = entries_diff(result, kind.ENTRY_NAME)
    if params.get('verify') and not result.get('failed'):
        _verify(client, result, content, check_mode)
    return result, warnings


def _all_wanted(kind: t.Any, client: Client, params: Options) -> t.List[Wanted]:
    listed = params['entries'] if params['entries'] is not None else [params]
    wanted: t.List[Wanted] = []
    keys: t.Set[t.Any] = set()
    for options in listed:
        entry = _wanted(kind, client, options, params)
        key = client.key(entry)
        if key in keys:
            raise BadInput('There are two entries for %s. Give each once.' % entry.name)
        keys.add(key)
        wanted.append(entry)
    return wanted


def _wanted(kind: t.Any, client: Client, options: Options, params: Options) -> Wanted:
    """Check one entry. :raises BadInput: something in it cannot be right."""
    options, name = dict(options), options[kind.ENTRY_NAME]
    kind.check_entry(options, params)
    if kind.URL and options[kind.URL] is not None:
        options[kind.URL] = normalize_url(options[kind.URL], params['allow_http'], kind.URL)
    for option in kind.ENTRY:
        _refuse_control_characters(option, options[option])
    present = options['state'] != 'absent'
    username, secret, bearer = options['username'], None, False
    if username is not None and (not username or control_character_in(username)):
        raise BadInput(
            'username for %s is empty or contains a control character. Correct it, or leave it out.'
            % name
        )
    if present:
        check_expiry(options['expires_at'], name)
        bearer = options['access_token'] is not None
        secret = _secret(name, options)
        username = username or (client.BEARER_USERNAME if bearer else None)
        if client.BASE64 and username is not None:
            check_basic_user(username, 'username for %s' % name)
    entry = Wanted(name, present, options, username, secret, bearer)
    if present:
        client.check(entry)
    return entry


def _refuse_control_characters(option: str, value: t.Any) -> None:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and (not text.strip() or control_character_in(text)):
            raise BadInput('%s is empty or contains a control character.' % option)


def _secret(name: str, options: Options) -> str:
    if options['access_token'] is not None:
        secret = check_secret('access_token', options['access_token'])
    elif options['password'] is not None and options['username'] is not None:
        secret = check_secret('password', options['password'])
    else:
        raise BadInput(
            'The entry for %s needs a username and a password, or an access_token, or the name of '
            'a source as token.' % name
        )
    register(secret)
    return secret


def _edited(
    kind: t.Any, client: Client, check_mode: bool
) -> t.Tuple[Result, t.Optional[bytes], t.List[str]]:
    """Edit the files. :returns: (result, the new content of the first file, warnings)."""

    outside: t.List[t.List[str]] = [[] for _entry in client.wanted]

    def edit(content: t.Optional[bytes]) -> t.Tuple[t.Optional[bytes], Edited]:
        edited = client.edit(content)
        shadowed = client.shadowed(edited.content)
        if shadowed:
            raise _NotEffective(edited, shadowed)
        return edited.content, edited

    def edit_all(content: t.Optional[bytes]) -> t.Tuple[t.Optional[bytes], Edited]:
        new, edited = edit(content)
        shadowed = client.keep_outside(new, outside, check_mode)
        if shadowed:
            raise _NotEffective(edited, shadowed)
        return new, edited

    narrows = any(entry.present for entry in client.wanted)
    policy = 'narrow' if narrows else 'keep'
    further = client.further()
    for file in further:  # what is wrong with them is found before anything is written
        _edit_further(file, True)
    try:
        with contextlib.nullcontext() if check_mode else client.locked():
            if client.keeps_outside():  # so is what forbids to write the file
                edit_private(client.path, edit, True, policy)
            before, content, edited, changed = edit_private(
                client.path, edit_all, check_mode, policy
            )
    except _NotEffective as problem:
        return _failure(kind, client, problem, outside), None, list(problem.edited.warnings)
    except TokensError as problem:
        names = ', '.join(entry.name for entry, words in zip(client.wanted, outside) if words)
        if names and not check_mode:
            problem.about('Only what is outside %s was changed (%s)' % (client.path, names))
        raise
    changed = changed or any(outside)
    changes = [[*more, *words] for words, more in zip(edited.changes, outside)]
    warnings = [*edited.warnings, *client.remaining(content)]
    for file in further:
        also_changed, report = _edit_further(file, check_mode)
        changed = changed or also_changed
        changes = [[*words, *more] for words, more in zip(changes, report.changes)]
        warnings += report.warnings
    result = {
        'changed': changed,
        'path': client.path,
        'entries': _entries(kind, client, changes, {}),
        'permissions_restricted': before.wide and narrows,
    }
    return result, content, warnings


def _edit_further(file: Further, check_mode: bool) -> t.Tuple[bool, Edited]:
    def edit(content: t.Optional[bytes]) -> t.Tuple[t.Optional[bytes], Edited]:
        edited = file.edit(content)
        return edited.content, edited

    _before, _content, edited, changed = edit_private(file.path, edit, check_mode, file.mode_policy)
    return changed, edited


def _failure(
    kind: t.Any, client: Client, problem: _NotEffective, outside: t.Sequence[t.Sequence[str]]
) -> Result:
    return {
        'failed': True,
        'msg': 'Nothing was written to %s, because it would not be used. %s'
        % (
            client.path,
            ' '.join(
                '%s: %s.' % (client.wanted[number].name, reason.rstrip('.'))
                for number, reason in sorted(problem.shadowed.items())
            ),
        ),
        'changed': any(outside),
        'path': client.path,
        'entries': _entries(kind, client, outside, problem.shadowed),
        'permissions_restricted': False,
    }


def _entries(
    kind: t.Any,
    client: Client,
    changes: t.Sequence[t.Sequence[str]],
    shadowed: t.Mapping[int, str],
) -> t.List[Result]:
    """Return the result for each entry."""
    entries = []
    for number, (wanted, words) in enumerate(zip(client.wanted, changes)):
        entry: Result = {
            kind.ENTRY_NAME: wanted.name,
            'state': 'present' if wanted.present else 'absent',
            'changed': list(dict.fromkeys(words)),
        }
        if wanted.present:
            entry['effective'] = number not in shadowed
            if wanted.options['expires_at'] is not None:
                entry['expires_at'] = wanted.options['expires_at']
        if number in shadowed:
            entry['shadowed_by'] = shadowed[number]
        if wanted.bearer and wanted.secret is not None:
            entry['fingerprint'] = fingerprint(wanted.secret)
        entries.append(entry)
    return entries


def _verify(client: Client, result: Result, content: t.Optional[bytes], check_mode: bool) -> None:
    """Add to the result whether the servers accept what is in the file."""
    result['verification'] = [
        attempt(entry.name, *_verdict(client, content, entry, check_mode))
        for entry in client.wanted
        if entry.present
    ]
    names = refused(result['verification'])
    if names:
        result.update(
            failed=True,
            msg='%s is written, but these credentials were not accepted: %s.'
            % (client.path, names),
        )


def _verdict(
    client: Client, content: t.Optional[bytes], entry: Wanted, check_mode: bool
) -> t.Tuple[t.Optional[str], t.Optional[bool], str]:
    """Return the address that was asked, whether it accepts the credential, and the reason."""
    # Here, since most runs verify nothing
    from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import Trust

    request = client.request(content, entry)
    if request is None:
        return entry.options['verify_url'], None, 'there is no address to ask: give a verify_url'
    if check_mode:
        return request.url, None, 'check mode'
    register(request.authorization)
    params = client.params
    trust = Trust(params['validate_certs'], params['ca_path'])
    accepted, message = client.ask(request, trust, params['verify_timeout'])
    return request.url, accepted, message
