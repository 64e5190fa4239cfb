# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Entries of a git credential store, and the settings by which git finds them: from the module's options to its result."""

from __future__ import annotations

import os
import time

from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import LockedEdit
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import git_credentials
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import (
    GitConfig,
    reader_helper,
    store_helper,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.verify import verify
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    fingerprint,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import from_iso8601
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

# Beside a bearer token a server looks at the password alone, but GitLab and Gitea want this very name
BEARER_USERNAME = 'oauth2'

ENTRY = {
    'url': {'type': 'str'},
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'str'},
    'password': {
        'type': 'raw',
        'no_log': True,
    },  # a number must not become a text behind the user's back
    'access_token': {'type': 'raw', 'no_log': True},
    'expires_at': {'type': 'str'},
    'exclusive': {'type': 'bool', 'default': False},
    'verify_url': {'type': 'str'},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
}
ARGUMENTS = dict(
    {
        option: {name: value for name, value in spec.items() if name != 'default'}
        for option, spec in ENTRY.items()
    },
    entries={
        'type': 'list',
        'elements': 'dict',
        'options': dict(ENTRY, url={'type': 'str', 'required': True}),
        'mutually_exclusive': [('password', 'access_token')],
    },
    path={'type': 'path'},
    helper={'type': 'str', 'choices': ['store', 'none'], 'default': 'store'},
    helper_scope={'type': 'str', 'choices': ['global', 'url'], 'default': 'global'},
    include_expiry={'type': 'bool', 'default': True},
    use_http_path={'type': 'bool', 'default': True},
    config_path={'type': 'path'},
    allow_http={'type': 'bool', 'default': False},
    fix_line_endings={'type': 'bool', 'default': False},
    lock_timeout={'type': 'float', 'default': 5.0},
    verify={'type': 'bool', 'default': False},
    verify_timeout={'type': 'int', 'default': 30},
    ca_path={'type': 'path'},
)
CONSTRAINTS = {
    'mutually_exclusive': [('entries', option) for option in ENTRY]
    + [('password', 'access_token')],
    'required_one_of': [('url', 'entries')],
}
LIMITS = {'lock_timeout': (0, 3600), 'verify_timeout': (1, 600)}


class Entry:
    """One checked entry: what the store shall hold, and what else is known of it."""

    def __init__(self, options, params):
        """
        :param options: a mapping with the options of L(ENTRY).
        :param params: all options of the module.
        :raises BadInput: something in it cannot be right.
        """
        self.url = git_credentials.parse_url(options['url'], params['allow_http'])
        self.present = options['state'] != 'absent'
        self.name = ''.join(options['url'])  # as given, so that who asked finds it again
        self.repository = options['verify_url'] or (self.name if self.url.path else None)
        if self.repository:
            asked = git_credentials.parse_url(self.repository, params['allow_http'])
            if asked[:2] != self.url[:2] or (
                self.url.path and params['use_http_path'] and asked.path != self.url.path
            ):
                raise BadInput(
                    'verify_url for %s is not what git would use the entry for. An entry for a whole server has a url without a path; '
                    'one with a path is for exactly that repository.' % (self.url,)
                )
        self.expires, self.fingerprint, username, password = None, None, options['username'], None
        if username is not None and (not username or control_character_in(username)):
            raise BadInput(
                'username for %s is empty or holds a control character. Correct it, or leave it out.'
                % (self.url,)
            )
        if self.present:
            username, password = self._credentials(options, username)
            self._check_expiry(options['expires_at'])
        self.wanted = git_credentials.Wanted(
            self.url, username, password, self.present, bool(options['exclusive'])
        )

    def _credentials(self, options, username):
        if options['token']:
            raise BadInput(
                'token for %s was not looked up: that is done by the action plugin of this module. '
                'Call it by its full name, buildops.tokens.git_credential.' % (self.url,)
            )
        if options['access_token'] is not None:
            password = check_secret('access_token', options['access_token'])
            self.fingerprint = fingerprint(password)
            username = username or BEARER_USERNAME
        elif options['password'] is not None and username is not None:
            password = check_secret('password', options['password'])
        else:
            raise BadInput(
                'The entry for %s needs a username and a password, or an access_token, or the name of a source as token.'
                % (self.url,)
            )
        register(password)
        return username, password

    def _check_expiry(self, text):
        if text is None:
            return
        self.expires = from_iso8601(text)
        if self.expires is None:
            raise BadInput(
                'expires_at for %s is not a time such as 2026-01-31T12:00:00Z.' % (self.url,)
            )
        if self.expires <= time.time():
            raise BadInput(
                'The credential for %s expired at %s. Get a new one; if that time is still to come, set the clock of this host.'
                % (self.url, text)
            )


def _home():
    home = os.path.expanduser('~')
    if not os.path.isabs(home):
        raise BadInput('The home folder of this user is not known. Set path and config_path.')
    return home


def _xdg(name):
    return os.path.join(
        os.environ.get('XDG_CONFIG_HOME') or os.path.join(_home(), '.config'), 'git', name
    )


def default_stores():
    """Where git's credential store looks without C(--file), in its order."""
    return [os.path.join(_home(), '.git-credentials'), _xdg('credentials')]


def default_store():
    """The file that git's credential store would write: the first that exists, else the first."""
    stores = default_stores()
    return next((path for path in stores if os.path.exists(path)), stores[0])


def default_config():
    """The file that C(git config --global) would write."""
    own, shared = os.path.join(_home(), '.gitconfig'), _xdg('config')
    return shared if os.path.exists(shared) and not os.path.exists(own) else own


def deliver(params, check_mode, with_diff, find_program):
    """Do what the module is for.

    :param params: options as in L(ARGUMENTS).
    :param find_program: a function from a program's name to its path, or None.
    :returns: (result of the module, warnings).
    :raises TokensError: nothing was changed, unless the message says otherwise.
    """
    check_limits(params, LIMITS)
    listed = params['entries'] if params['entries'] is not None else [params]
    entries = [Entry(options, params) for options in listed]
    for option in ('path', 'config_path', 'ca_path'):
        if params[option] is not None and not os.path.isabs(params[option]):
            raise BadInput('%s must be an absolute path, or start with ~.' % option)
    path = params['path'] or default_store()
    named = None if path in default_stores() and path == default_store() else path
    stores = [
        LockedEdit(path, lambda content: _edit_store(content, entries, params['fix_line_endings']))
    ]
    if params['path'] is None:  # git, too, erases from each of its files
        stores += [
            LockedEdit(
                other,
                lambda content: _edit_store(
                    content, [entry for entry in entries if not entry.present], False
                ),
            )
            for other in default_stores()
            if other != path and os.path.exists(other)
        ]
    edits = list(stores)
    config_path = None
    if params['helper'] == 'store':
        config_path = params['config_path'] or default_config()
        left = b''.join(store.content or b'' for store in stores)
        config = LockedEdit(
            config_path,
            lambda content: _edit_config(content, entries, params, named, config_path, left),
            'keep',
            # the system's is for all users; there is no secret in it
            0o600 if config_path.startswith(_home() + os.sep) else 0o644,
        )
        edits.append(config)
    for edit in edits:
        edit.check()
    if not check_mode:
        for edit in edits:
            edit.write(params['lock_timeout'])
    result = _result(entries, stores, edits, path, config_path)
    if with_diff:
        result['diff'] = _diff(result)
    warnings = (
        [
            '%s has lines that end in CR LF, which git does not read: %d. Set fix_line_endings to repair them.'
            % (path, stores[0].report.ignored_lines)
        ]
        if stores[0].report.ignored_lines
        else []
    )
    if params['verify']:
        if check_mode:
            result['verification'] = [
                _attempt(entry, None, 'check mode') for entry in entries if entry.present
            ]
        else:
            git = find_program('git')
            result['verification'] = [
                _attempt(entry, *verify(entry.wanted, entry.repository, path, params, git))
                for entry in entries
                if entry.present
            ]
        closed = [
            '%s (%s)' % (attempt['name'], attempt['message'])
            for attempt in result['verification']
            if attempt['accepted'] is False
        ]
        if closed:
            result.update(
                failed=True,
                msg='The entries are written, but git does not get in with them: %s.'
                % '; '.join(closed),
            )
    return result, warnings


def _attempt(entry, accepted, msg):
    return {
        'name': entry.name,
        'verify_url': entry.repository,
        'accepted': accepted,
        'message': msg,
    }


def _edit_store(content, entries, fix_line_endings):
    report = git_credentials.edit(content, [entry.wanted for entry in entries], fix_line_endings)
    return report.content, report


def _edit_config(content, entries, params, named, config_path, left):
    """Set what makes git find the entries, take away what served only those that are gone.

    :returns: (content, (changes for each entry, number of included files)).
    """
    config = GitConfig(content, config_path)
    changes = [[] for entry in entries]
    # A section for a server must stand before those for its paths, since its helper resets theirs
    for number, entry in sorted(enumerate(entries), key=lambda pair: bool(pair[1].url.path)):
        url, changed = entry.url, changes[number]
        if entry.present:
            expires = (
                int(entry.expires)
                if entry.expires is not None and params['include_expiry']
                else None
            )
            if expires is not None or (
                params['use_http_path'] and (url.path or _has_paths(entry, entries))
            ):
                helper = config.ensure_only_helper(url, reader_helper(named, expires))
            else:
                helper = config.drop_reader(url)
                helper = (
                    config.ensure_helper(
                        url if params['helper_scope'] == 'url' else None, store_helper(named)
                    )
                    or helper
                )
            if helper:
                changed.append('helper')
            if url.path and params['use_http_path'] and config.ensure_use_http_path(url):
                changed.append('use_http_path')
        elif not _is_in(left, url) and config.forget(url, named):
            changed.append('helper')
    return (content if config.content == (content or b'') else config.content), (
        changes,
        config.includes,
    )


def _has_paths(entry, entries):
    """Whether the same user has entries for paths of this server. git would remove them when it stores the entry for the server again."""
    return any(
        other.present
        and other.url.path
        and other.url[:2] == entry.url[:2]
        and other.wanted.username == entry.wanted.username
        for other in entries
    )


def _is_in(content, url):
    """Whether any user has a line for exactly this URL."""
    place = tuple(part.encode('utf-8') for part in url)
    return any(
        credential is not None and credential[:3] == place
        for credential in map(git_credentials.parse_line, content.split(b'\n'))
    )


def _result(entries, stores, edits, path, config_path):
    told = []
    absent = 0
    for number, entry in enumerate(entries):
        changed = list(stores[0].report.changes[number])
        if not entry.present:
            for store in stores[1:]:
                changed += [what for what in store.report.changes[absent] if what not in changed]
            absent += 1
        if config_path is not None:
            changed += edits[-1].report[0][number]
        one = {
            'url': entry.name,
            'state': 'present' if entry.present else 'absent',
            'changed': changed,
        }
        if entry.fingerprint:
            one['fingerprint'] = entry.fingerprint
        told.append(one)
    result = {
        'changed': any(edit.changed for edit in edits),
        'path': path,
        'entries': told,
        'permissions_restricted': any(store.permissions_restricted for store in stores),
    }
    if config_path is not None:
        result.update(config_path=config_path, includes=edits[-1].report[1])
    return result


def _diff(result):
    """What changed, in words: values are never shown, not even old ones."""
    before, after = [], []
    for entry in result['entries']:
        was = (
            'absent'
            if (entry['state'] == 'present') == ('entry' in entry['changed'])
            else 'present'
        )
        before.append('%s: %s' % (entry['url'], was))
        details = [what for what in entry['changed'] if what != 'entry'] + (
            ['access_token ' + entry['fingerprint']] if entry.get('fingerprint') else []
        )
        after.append(
            '%s: %s' % (entry['url'], entry['state'])
            + (' (changed: %s)' % ', '.join(details) if entry['changed'] and details else '')
        )
    if result['permissions_restricted']:
        before.append('mode: open to other users')
        after.append('mode: for the owner alone')
    header = result['path']
    return {
        'before_header': header,
        'after_header': header,
        'before': '\n'.join(before) + '\n',
        'after': '\n'.join(after) + '\n',
    }
