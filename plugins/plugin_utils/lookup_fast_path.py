# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Get a token that this run has already looked up straight from the cache.

A lookup is evaluated for every host, task and loop item, each time in a new process that has to
import all it uses. So the first evaluation (which reads and checks the options and gets the token)
writes a note to the run's cache, under a name derived from everything that the result depends on.
Later ones follow the note. They import few files, check no options, open no connection and decrypt
nothing: vaulted values are compared by their ciphertext.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import json
import multiprocessing
import os
import re
import stat
import time
import typing as t
from collections.abc import Collection, Iterator, Mapping

from ansible import constants as C

if t.TYPE_CHECKING:
    from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
    from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import Template

try:
    from ansible.template import is_trusted_as_template as _trusted
except ImportError:  # 2.18 and older
    _trusted = None
try:
    from ansible.module_utils.secrets import register_secrets as _registry
except ImportError:  # 2.21 and older
    _registry = None

FACTS = 'ansible_facts'
FACT_PREFIX = 'ansible_'
# Facts that ansible-core itself writes; the options of this collection have no such names
FACTS_OF_CORE = frozenset(
    ('discovered_interpreter_python', 'gather_subset', 'module_setup', 'ansible_local', FACTS)
)
# Actions that add no facts of a host to variables
_WITHOUT_FACTS = (
    'buildops.tokens.',
    'set_fact',
    'ansible.builtin.set_fact',
    'include_vars',
    'ansible.builtin.include_vars',
)
SCHEMA = 1
SALT_BYTES = 32
LARGEST_ENTRY = 256 * 1024
# Where the options come from that a source does not set (see sources.resolve)
ENVIRONMENT = 'BUILDOPS_TOKENS_'
VARIABLE = 'buildops_tokens_'
INI_SECTION = '[buildops_tokens]'
DEEPEST = 20
_REFERENCE = re.compile(r'\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}\Z')
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
#: Seconds to wait for the first token of a run. Afterwards, the lock of the token decides.
PATIENCE = 10
_folders: dict[str, Folder] = {}
_settings: dict[t.Any, str] = {}
_may_be_first = True


def run_folder() -> str:
    """Return the folder of this run's cache.

    It is below the temporary folder of ansible-core, which all processes of a run share. That one
    has mode 0700 and is removed at the end of the run.
    """
    return os.path.join(C.DEFAULT_LOCAL_TMP, 'buildops.tokens')


@contextlib.contextmanager
def first_of_run() -> Iterator[None]:
    """Be the first process of this run to get a token, or wait while another one does so.

    At the beginning of a run, as many processes as there are forks need the same token. The others
    then find it in the cache, and do not import what gets it.
    """
    global _may_be_first
    with contextlib.ExitStack() as stack:
        # To get a token may mean to render another lookup, in the same process
        if _may_be_first:
            _may_be_first = False
            _lead_or_wait(stack)
        yield


def _lead_or_wait(stack: contextlib.ExitStack) -> None:
    """Lock a file until the stack is closed if no process has done so, else wait for that one."""
    import fcntl

    try:
        handle = os.open(run_folder() + '.first', _LOCK, 0o600)
    except OSError:
        return
    stack.callback(os.close, handle)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError as problem:
            if problem.errno not in (errno.EAGAIN, errno.EACCES) or time.monotonic() > deadline:
                return
        time.sleep(0.005)
    if os.fstat(handle).st_size:
        stack.close()
    else:
        with contextlib.suppress(OSError):  # on a full disk, each one is the first
            os.write(handle, b'1')


def may_contain_facts(variables: Mapping[str, t.Any], words: Collection[str] = ()) -> bool:
    """Return whether a fact may have replaced a variable.

    :param words: variables named C(ansible_…) that count as well. Most facts have such names, and
        few variables.
    """
    host = host_of_process() or str(variables.get('inventory_hostname'))
    names = fact_names(variables).union(raw_facts(variables.get('hostvars'), host))
    return bool(
        has_earlier_results(variables, task_of_process())
        or any(
            name in variables and (not name.startswith(FACT_PREFIX) or name in words)
            for name in names.difference(FACTS_OF_CORE)
        )
    )


def has_earlier_results(variables: Mapping[str, t.Any], task: t.Any) -> bool:
    """Return whether results of the same task, with their facts, may be among the variables.

    They are after the first item of a loop, and after the first attempt of C(until).
    """
    if task is None:
        return 'ansible_loop_var' in variables
    if str(getattr(task, 'action', None)).startswith(_WITHOUT_FACTS):
        return False
    return 'ansible_loop_var' in variables or bool(
        getattr(task, 'until', None)
        or getattr(task, 'failed_when', None)
        or getattr(task, 'changed_when', None)
    )


def fact_names(variables: Mapping[str, t.Any]) -> set[str]:
    """Return the names of facts that were asked for as C(ansible_facts)."""
    facts = variables.get(FACTS)
    return set(facts) if isinstance(facts, Mapping) else set()


def raw_facts(hostvars: t.Any, host: str) -> Mapping[str, t.Any]:
    """Return the facts of a host by their full names.

    C(ansible_facts) does not contain all: of C(x) and C(ansible_x), it contains one.
    """
    manager = getattr(hostvars, '_variable_manager', None)
    return {} if manager is None else facts_of(manager._fact_cache, host)


def facts_of(cache: t.Any, host: str) -> Mapping[str, t.Any]:
    try:
        facts = cache.get(host)
    except KeyError:
        facts = None
    return facts if isinstance(facts, Mapping) else {}


def task_of_process() -> t.Any:
    """Return the task that this process runs; None in the main process of Ansible."""
    return getattr(multiprocessing.current_process(), '_task', None)


def host_of_process() -> str | None:
    """Return the name of the host for which this process runs a task."""
    host = getattr(multiprocessing.current_process(), '_host', None)
    return getattr(host, 'name', None)


def is_same(value: t.Any, other: t.Any) -> bool:
    """Return whether two values are equal, without decrypting anything."""
    if value is other:
        return True
    if is_encrypted(value):  # to compare it would decrypt it
        return getattr(other, '_ciphertext', None) == value._ciphertext
    try:
        return bool(value == other)
    except Exception:  # there is something encrypted in it
        return False


def is_encrypted(value: t.Any) -> bool:
    """Return whether this is a value with the tag !vault."""
    return getattr(value, '_ciphertext', None) is not None


class CacheProblem(Exception):
    """The folder cannot be used; the message gives the reason."""


class Folder:
    """A private folder of notes, as its readers see it.

    :ivar warnings: sentences for the user.
    :raises CacheProblem: it is missing, a link, owned by another user, or accessible to others.
    """

    _handle: int | None = None

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        if not os.path.isabs(self.folder):
            raise CacheProblem(
                'The token cache has no place, since the home folder is not known. Set cache_path.'
            )
        self.prepare()
        self._salt = self._read_salt()

    def _read_salt(self) -> bytes:
        salt = self._content('salt', links=2)  # it has two names while it is made
        if salt is None and self.warnings:  # not damaged, and perhaps readable later
            raise CacheProblem(
                'The token cache %s cannot be used: %s' % (self.folder, self.warnings[0])
            )
        if salt is None or len(salt) != SALT_BYTES:
            raise CacheProblem(
                'The token cache %s is damaged. Remove it; its tokens are then fetched again.'
                % self.folder
            )
        return salt

    def prepare(self) -> None:
        """Open the folder and check that it is private. Files are opened relative to it."""
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
        if about.st_mode & 0o077 and not self._closed_again(about):
            raise CacheProblem(
                'The token cache %s is open to other users (mode %04o). Set its mode to 0700, or '
                'set cache_path to a private folder.' % (self.folder, about.st_mode & 0o777)
            )

    def _open(self) -> int:
        return os.open(self.folder, _FOLDER)

    def _closed_again(self, about: os.stat_result) -> bool:
        """Take the rights of others away where a mount has added them.

        :returns: whether the folder is private now.
        """
        return False

    def __del__(self) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def key(self, what: t.Any) -> str:
        """Derive a file name.

        :param what: everything that distinguishes the content from others, secrets included, in
            JSON types.
        :returns: a name that reveals nothing to anyone without the salt of this folder.
        """
        text = json.dumps(what, sort_keys=True, separators=(',', ':')).encode(
            'utf-8', 'surrogatepass'
        )
        return hmac.new(self._salt, text, hashlib.sha256).hexdigest()

    def path(self, key: str, ending: str = '.json') -> str:
        """Return the path of a file in this folder."""
        return os.path.join(self.folder, key + ending)

    def noted(self, key: str) -> dict[str, t.Any] | None:
        """Return the mapping that is kept under this name, or None."""
        data = self.load(key)
        # a file that was put in the place of another one does not count
        return data if data and data.get('schema') == SCHEMA and data.get('name') == key else None

    def load(self, key: str, ending: str = '.json', links: int = 1) -> dict[str, t.Any] | None:
        """Return the JSON object in a file, whatever release wrote it, or None."""
        content = self._content(key + ending, links)
        try:
            data = json.loads(content) if content else None
        except (ValueError, RecursionError):
            return None
        return data if isinstance(data, dict) else None

    def _content(self, name: str, links: int = 1) -> bytes | None:
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
            reason = _distrust(os.fstat(handle), links)
            if reason is not None:
                self.warnings.append('%s is %s; it is not used.' % (path, reason))
                return None
            return os.read(handle, LARGEST_ENTRY)
        except OSError:
            return None
        finally:
            with contextlib.suppress(OSError):
                os.close(handle)


def _distrust(about: os.stat_result, links: int) -> str | None:
    """Return why a file is not to be used, or None.

    :param links: how many names it may have.
    """
    private = (
        stat.S_ISREG(about.st_mode)
        and about.st_uid == os.geteuid()
        and about.st_nlink <= links
        and not about.st_mode & 0o077
    )
    if not private:
        return 'not a private file of this user'
    return 'larger than any token' if about.st_size > LARGEST_ENTRY else None


class Undetermined(Exception):
    """A value cannot be compared without the full lookup."""


class LookupRequest:
    """One evaluation of a lookup.

    :ivar name: of a source in C(token_sources), or None.
    :ivar type_name: of a source that is defined inline, or None.
    :ivar given: its options, rendered.
    :ivar variables: the task's variables, raw.
    :ivar template: renders a value; None if all values are rendered.
    """

    def __init__(
        self,
        name: t.Any,
        type_name: t.Any,
        given: Mapping[str, t.Any],
        variables: Mapping[str, t.Any],
        template: Template | None,
    ) -> None:
        self.name = ''.join(name) if isinstance(name, str) else name
        self.type_name = ''.join(type_name) if isinstance(type_name, str) else type_name
        self.given = given
        self.variables = variables
        self.template = template
        self._key: str | None = None

    def cached_token(self) -> dict[str, t.Any] | None:
        """Return the token as a mapping, or None if only the full lookup can get it."""
        entry = self.entry()
        if entry is None:
            return None
        if _registry is not None:
            from ansible_collections.buildops.tokens.plugins.module_utils._token import Token

            Token.load(entry['token'])  # which registers its secrets with ansible-core
        result: dict[str, t.Any] = entry['result']
        return result

    def entry(self, now: float | None = None) -> dict[str, t.Any] | None:
        """Return the cache's entry of the token: C(token), C(result), C(server); or None.

        :param now: seconds since 1970; by default, the current time.
        """
        folder = _folder(run_folder())
        name = self._note_name(folder) if folder else ''
        note = folder.noted(name) if folder and name else None
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

    def record(
        self, run: Cache, folder: Folder, key: str, span: tuple[float | None, float | None]
    ) -> None:
        """Write the note that later evaluations follow.

        :param run: the cache of this run.
        :param folder: the cache that contains the token.
        :param key: the token's name there.
        :param span: from when to when it may be returned, in seconds since 1970; None for no limit.
        """
        entry = folder.noted(key)
        name = self._note_name(run)
        if entry and name:
            run.note(
                name,
                {
                    'folder': folder.folder,
                    'key': key,
                    'of': entry['id'],
                    'from': span[0],
                    'until': span[1],
                },
            )

    def _note_name(self, folder: Folder) -> str:
        """Return the name of the note in the run's cache, or an empty string if it has none."""
        if self._key is None:
            try:
                self._key = folder.key(['question', self._dependencies()])
            except Exception:  # the full lookup reports what is wrong
                self._key = ''
        return self._key

    def _dependencies(self) -> list[t.Any]:
        """Return everything that the result depends on, in JSON types."""
        if self.name is not None and (self.type_name or self.given):
            raise Undetermined  # a mistake
        what: list[t.Any]
        if self.name is None:
            what = ['given', self.type_name, self._comparable(self.given, None)]
        else:
            source = self._mapping(self.variables['token_sources'])[self.name]
            what = ['named', self.name, self._comparable(source, self.template)]
        elsewhere = {
            key: self._comparable(value, self.template)
            for key, value in self.variables.items()
            if key.startswith(VARIABLE)
        }
        environment = {
            key: value for key, value in os.environ.items() if key.startswith(ENVIRONMENT)
        }
        return [what, elsewhere, environment, _ini()]

    def _mapping(self, value: t.Any) -> dict[str, t.Any]:
        for _depth in range(DEEPEST):
            if isinstance(value, dict):
                return value
            value = self._referred(value)
        raise Undetermined

    def _referred(self, value: t.Any) -> t.Any:
        """Return the raw value of the variable, where a template consists of its name alone."""
        match = _REFERENCE.match(value) if isinstance(value, str) and _is_template(value) else None
        name = '' if match is None else match.group(1)
        # A fact may have replaced a variable of such a name, which rendering takes care of
        if not name or name.startswith(FACT_PREFIX) or name not in self.variables:
            raise Undetermined
        return self.variables[name]

    def _comparable(self, value: t.Any, template: Template | None, depth: int = 0) -> t.Any:
        """Return JSON types that are equal for two values only if both are rendered the same."""
        if depth > DEEPEST:
            raise Undetermined
        ciphertext = getattr(value, '_ciphertext', None)
        if ciphertext is not None:
            return {'vault': _text(ciphertext)}
        if isinstance(value, str):
            return self._comparable_text(value, template, depth)
        if value is None or isinstance(value, (bool, int, float)):
            return [value]
        if isinstance(value, dict):
            return {
                'map': sorted(
                    [''.join(key), self._comparable(item, template, depth + 1)]
                    for key, item in value.items()
                )
            }
        if isinstance(value, (list, tuple)):
            return {'list': [self._comparable(item, template, depth + 1) for item in value]}
        raise Undetermined

    def _comparable_text(self, value: str, template: Template | None, depth: int) -> t.Any:
        if template is not None and _is_template(value):
            try:
                return self._comparable(self._referred(value), template, depth + 1)
            except Undetermined:
                return self._comparable(template(value), None, depth + 1)
        if '$' in value or value.startswith('~'):  # paths are expanded later
            return [''.join(value), os.path.expandvars(os.path.expanduser(value))]
        return ''.join(value)


def _text(ciphertext: t.Any) -> str:
    return ciphertext.decode('ascii') if isinstance(ciphertext, bytes) else ''.join(ciphertext)


def _is_template(value: str) -> bool:
    """Return whether ansible-core renders a string.

    Since 2.19, it renders what it trusts; before, everything that is not marked as unsafe.
    """
    if '{{' not in value and '{%' not in value and '{#' not in value:
        return False
    return bool(_trusted(value)) if _trusted is not None else not hasattr(value, '__UNSAFE__')


def _folder(path: str) -> Folder | None:
    if path not in _folders:
        try:
            _folders[path] = Folder(path)
        except CacheProblem:
            return None
    return _folders[path]


def _ini() -> str:
    """Return the text of C(ansible.cfg) if it contains settings of this collection, or ''."""
    path = C.CONFIG_FILE
    if path not in _settings:
        try:
            with open(path, encoding='utf-8') as file:
                text = file.read()
        except (OSError, TypeError, ValueError):
            text = ''
        _settings[path] = text if INI_SECTION in text else ''
    return _settings[path]
