# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a question that was asked before in this run straight to the token in the cache.

A lookup is evaluated for every host, task and loop item, each time in a new process that has to import all it uses, and ansible-core
compiles a collection's files at each import. So the first one who finds the answer (reads the options, checks them, gets the token) leaves
a note in the run's cache, under a name made of all that the answer depends on; the others follow it. They import this file alone, check
no options, open no connection and decrypt nothing: a vaulted value is compared without decryption.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import json
import os
import re
import stat
import time
import typing as t
from collections.abc import Mapping

from ansible import constants as C

try:
    from ansible.template import is_trusted_as_template as _trusted
except ImportError:  # 2.18 and older
    _trusted = None
try:
    from ansible.module_utils.secrets import register_secrets as _registry
except ImportError:  # 2.21 and older
    _registry = None

FACTS = 'ansible_facts'
# Facts that ansible-core itself writes; the options of this collection have no such names
_FACTS_OF_CORE = frozenset(
    ('discovered_interpreter_python', 'gather_subset', 'module_setup', 'ansible_local', FACTS)
)
SCHEMA = 1
SALT_BYTES = 32
LARGEST_ENTRY = 256 * 1024
# Where options come from that a source does not have (see sources.resolve)
ENVIRONMENT = 'BUILDOPS_TOKENS_'
VARIABLE = 'buildops_tokens_'
INI_SECTION = '[buildops_tokens]'
DEEPEST = 20
_REFERENCE = re.compile(r'\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}\Z')
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_folders = {}
_settings = {}


def run_folder():
    """:returns: where this run keeps its tokens: in ansible's own folder for it, which all its processes share, 0700 and removed at its end."""
    return os.path.join(C.DEFAULT_LOCAL_TMP, 'buildops.tokens')


def names_from_facts(variables: Mapping[str, t.Any]) -> set[str]:
    """Return the names of variables whose value is that of a fact.

    Facts that the results of a loop added are among them; the fact cache does not have those.
    """
    facts = variables.get(FACTS)
    if not isinstance(facts, Mapping):
        return set()
    merged = C.DEFAULT_HASH_BEHAVIOUR == 'merge'
    return {
        name
        for name in variables.keys() & facts.keys()
        if name not in _FACTS_OF_CORE and _is_same(variables[name], facts[name], merged)
    }


def _is_same(value: t.Any, fact: t.Any, merged: bool) -> bool:
    if value is fact or (merged and isinstance(fact, Mapping)):
        return True
    if getattr(value, '_ciphertext', None) is not None:  # to compare it would decrypt it
        return False
    try:
        return bool(value == fact)
    except Exception:  # there is something encrypted in it, which no fact has
        return False


class CacheProblem(Exception):
    """The folder cannot be used; its text says why."""


class Folder:
    """A private folder of notes, as its readers see it.

    :ivar warnings: sentences for the user.
    :raises CacheProblem: it is missing, a link, somebody else's, or open to others."""

    _handle = None

    def __init__(self, folder):
        self.folder = folder
        self.warnings = []
        if not os.path.isabs(self.folder):
            raise CacheProblem(
                'The token cache has no place, since the home folder is not known. Set cache_path.'
            )
        self.prepare()
        self._salt = self._content('salt', links=2)  # it has two names while it is made
        if self._salt is None and self.warnings:  # not damaged, and perhaps readable tomorrow
            raise CacheProblem('The token cache %s cannot be used: %s' % (folder, self.warnings[0]))
        if self._salt is None or len(self._salt) != SALT_BYTES:
            raise CacheProblem(
                'The token cache %s is damaged. Remove it; its tokens are then fetched again.'
                % folder
            )

    def prepare(self):
        """Open the folder and see whether it may be trusted. All files are opened relative to it."""
        try:
            self._handle = self._open()
        except OSError as problem:
            if problem.errno in (errno.ENOTDIR, errno.ELOOP):
                raise CacheProblem(
                    'The token cache %s is not a folder (links are not followed).' % self.folder
                ) from None
            raise CacheProblem(
                'The token cache %s cannot be used: %s.' % (self.folder, problem.strerror)
            ) from None
        about = os.fstat(self._handle)
        if about.st_uid != os.geteuid():
            raise CacheProblem('The token cache %s belongs to another user.' % self.folder)
        if about.st_mode & 0o077:
            raise CacheProblem(
                'The token cache %s is open to other users (mode %04o). Set its mode to 0700, or '
                'set cache_path to a private folder.' % (self.folder, about.st_mode & 0o777)
            )

    def _open(self):
        return os.open(self.folder, _FOLDER)

    def __del__(self):
        if self._handle is not None:
            os.close(self._handle)

    def key(self, what):
        """:param what: all that makes this different from others, secrets included, in JSON types.
        :returns: a file name from which nothing can be found out without the salt of this folder."""
        text = json.dumps(what, sort_keys=True, separators=(',', ':')).encode(
            'utf-8', 'surrogatepass'
        )
        return hmac.new(self._salt, text, hashlib.sha256).hexdigest()

    def path(self, key, ending='.json'):
        return os.path.join(self.folder, key + ending)

    def noted(self, key):
        """:returns: the mapping that is kept under this name, or None."""
        data = self.load(key)
        # a file that was put in the place of another one is none of ours
        return data if data and data.get('schema') == SCHEMA and data.get('name') == key else None

    def load(self, key, ending='.json', links=1):
        """:returns: the JSON object in a file, of whatever release, or None."""
        content = self._content(key + ending, links)
        try:
            data = json.loads(content) if content else None
        except (ValueError, RecursionError):
            return None
        return data if isinstance(data, dict) else None

    def _content(self, name, links=1):
        path = self.path(name, '')
        try:
            handle = os.open(name, _FILE, dir_fd=self._handle)
        except FileNotFoundError:
            return None
        except OSError as problem:
            self.warnings.append(
                '%s cannot be read (%s); it is not used.' % (path, problem.strerror)
            )
            return None
        try:
            about = os.fstat(handle)
            if (
                not stat.S_ISREG(about.st_mode)
                or about.st_uid != os.geteuid()
                or about.st_nlink > links
                or about.st_mode & 0o077
            ):
                self.warnings.append(
                    '%s is not a private file of this user; it is not used.' % path
                )
                return None
            if about.st_size > LARGEST_ENTRY:
                self.warnings.append('%s is larger than any token; it is not used.' % path)
                return None
            return os.read(handle, LARGEST_ENTRY)
        except OSError:
            return None
        finally:
            with contextlib.suppress(OSError):
                os.close(handle)


class Unclear(Exception):
    """This value is not known without the long way."""


class Question:
    """What a lookup asks for.

    :ivar name: of a source in C(token_sources), or None. :ivar type_name: of a source that is given in place, or None.
    :ivar given: its options, rendered. :ivar variables: the task's variables, raw. :ivar template: renders a value.
    """

    def __init__(self, name, type_name, given, variables, template):
        self.name = ''.join(name) if isinstance(name, str) else name
        self.type_name = ''.join(type_name) if isinstance(type_name, str) else type_name
        self.given = given
        self.variables = variables
        self.template = template
        self._key = None

    def known(self):
        """:returns: the token as a mapping, or None where the long way is needed."""
        entry = self.entry()
        if entry is None:
            return None
        if _registry is not None:
            from ansible_collections.buildops.tokens.plugins.module_utils._token import Token

            Token.load(entry['token'])  # which registers its secrets with ansible-core
        return entry['result']

    def entry(self, now=None):
        """:param now: seconds since 1970. :returns: what the cache contains of the token: C(token), C(result), C(server); or None."""
        folder = _folder(run_folder())
        note = folder.noted(self._named(folder)) if folder and self._named(folder) else None
        try:
            if note and (note['from'] or 0) <= (time.time() if now is None else now) < (
                note['until'] or float('inf')
            ):
                kept_in = _folder(note['folder'])
                entry = kept_in.noted(note['key']) if kept_in else None
                if entry and entry['id'] == note['of'] and isinstance(entry['result'], dict):
                    return entry
        except (KeyError, TypeError):
            pass
        return None

    def answered(self, run, folder, key, span):
        """Leave the note. :param run: the C(Cache) of this run. :param folder: where the token is kept. :param key: its name there.
        :param span: from when to when it may be handed out."""
        entry = folder.noted(key)
        if entry and self._named(run):
            run.note(
                self._named(run),
                {
                    'folder': folder.folder,
                    'key': key,
                    'of': entry['id'],
                    'from': span[0],
                    'until': span[1],
                },
            )

    def _named(self, folder):
        """:returns: the name of this question in the run's cache, or an empty str where it has none."""
        if self._key is None:
            try:
                self._key = folder.key(['question', self._all()])
            except Exception:  # the long way has the words for it
                self._key = ''
        return self._key

    def _all(self):
        """:returns: all that the answer depends on, in JSON types."""
        if self.name is not None and (self.type_name or self.given):
            raise Unclear  # a mistake
        if self.name is None:
            what = ['given', self.type_name, self._of(self.given, None)]
        else:
            what = [
                'named',
                self.name,
                self._of(self._mapping(self.variables['token_sources'])[self.name], self.template),
            ]
        elsewhere = {
            key: self._of(value, self.template)
            for key, value in self.variables.items()
            if key.startswith(VARIABLE)
        }
        environment = {
            key: value for key, value in os.environ.items() if key.startswith(ENVIRONMENT)
        }
        return [what, elsewhere, environment, _ini()]

    def _mapping(self, value):
        for _depth in range(DEEPEST):
            if isinstance(value, dict):
                return value
            value = self._referred(value)
        raise Unclear

    def _referred(self, value):
        """:returns: the raw value of the variable that a template names and does nothing else with."""
        match = _REFERENCE.match(value) if isinstance(value, str) and _is_template(value) else None
        if match is None or match.group(1) not in self.variables:
            raise Unclear
        return self.variables[match.group(1)]

    def _of(self, value, template, depth=0):
        """:returns: something in JSON types that is the same for two values only if they are rendered to the same."""
        if depth > DEEPEST:
            raise Unclear
        ciphertext = getattr(value, '_ciphertext', None)
        if ciphertext is not None:
            return {
                'vault': ciphertext.decode('ascii')
                if isinstance(ciphertext, bytes)
                else ''.join(ciphertext)
            }
        if isinstance(value, str):
            if template is not None and _is_template(value):
                try:
                    return self._of(self._referred(value), template, depth + 1)
                except Unclear:
                    return self._of(template(value), None, depth + 1)
            # paths are expanded later
            return (
                [''.join(value), os.path.expandvars(os.path.expanduser(value))]
                if '$' in value or value.startswith('~')
                else ''.join(value)
            )
        if value is None or isinstance(value, (bool, int, float)):
            return [value]
        if isinstance(value, dict):
            return {
                'map': sorted(
                    [''.join(key), self._of(item, template, depth + 1)]
                    for key, item in value.items()
                )
            }
        if isinstance(value, (list, tuple)):
            return {'list': [self._of(item, template, depth + 1) for item in value]}
        raise Unclear


def _is_template(value):
    """Would ansible-core render it? Since 2.19 it renders what it trusts, before that what was not marked as unsafe."""
    if '{{' not in value and '{%' not in value and '{#' not in value:
        return False
    return _trusted(value) if _trusted is not None else not hasattr(value, '__UNSAFE__')


def _folder(path):
    if path not in _folders:
        try:
            _folders[path] = Folder(path)
        except CacheProblem:
            return None
    return _folders[path]


def _ini():
    """:returns: the settings file, if it contains something about tokens."""
    path = C.CONFIG_FILE
    if path not in _settings:
        try:
            with open(path, encoding='utf-8') as file:
                text = file.read()
        except (OSError, TypeError, ValueError):
            text = ''
        _settings[path] = text if INI_SECTION in text else ''
    return _settings[path]
