# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Entries of a git credential store, and the settings by which git finds them.

From the options of the module to its result.
"""

from __future__ import annotations

import functools
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._delivery_result import (
    attempt,
    entries_diff,
    refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import git_credentials
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import GitConfig
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Credential,
    Url,
    parse_store,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.ask_git import ask_git
from ansible_collections.buildops.tokens.plugins.module_utils._git.configuration import (
    Configuration,
    default_config,
    home_folder,
    read_named,
    xdg_file,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.effective import Stores
from ansible_collections.buildops.tokens.plugins.module_utils._git.entry import (
    OPTIONS,
    Entry,
    all_wanted,
    parse_entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.locked_files import (
    FileEdit,
    check_all,
    write_all,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.settings_plan import (
    DesiredSettings,
    Outcome,
    SettingsPlan,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    owner_on,
    user_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import doubts
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_limits

ARGUMENTS: dict[str, dict[str, t.Any]] = dict(
    {
        option: {name: value for name, value in spec.items() if name != 'default'}
        for option, spec in OPTIONS.items()
    },
    entries={
        'type': 'list',
        'elements': 'dict',
        'options': dict(OPTIONS, url={'type': 'str', 'required': True}),
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
    write_in_place={'type': 'bool', 'default': False},
    lock_timeout={'type': 'float', 'default': 5.0},
    verify={'type': 'bool', 'default': False},
    verify_timeout={'type': 'int', 'default': 30},
    ca_path={'type': 'path'},
)
CONSTRAINTS: dict[str, list[t.Any]] = {
    'mutually_exclusive': [('entries', option) for option in OPTIONS]
    + [('password', 'access_token')],
    'required_one_of': [('url', 'entries')],
}
LIMITS = {'lock_timeout': (0, 3600), 'verify_timeout': (1, 600)}

Result = t.Dict[str, t.Any]


class ConfigReport(t.NamedTuple):
    """What the edit of the configuration reported."""

    outcomes: list[Outcome]
    conditional: int
    replaces_global: bool


def default_stores() -> list[str]:
    """Where git's credential store looks without C(--file), in its order."""
    return [os.path.join(home_folder(), '.git-credentials'), xdg_file('credentials')]


def default_store() -> str:
    """The file that git's credential store would write: the first that exists, else the first."""
    stores = default_stores()
    return next((path for path in stores if os.path.exists(path)), stores[0])


def deliver(
    params: dict[str, t.Any],
    check_mode: bool,
    with_diff: bool,
    find_program: t.Callable[[str], str | None] | None,
) -> tuple[Result, list[str]]:
    """Do what the module is for.

    :param params: options as in L(ARGUMENTS).
    :param find_program: from a program's name to its path, or None; None where git is not asked.
    :returns: (result of the module, warnings). The result has C(failed) where git would not use an
        entry, or verification fails.
    :raises TokensError: nothing was changed, unless the message says otherwise.
    """
    work = _Delivery(params)
    blocked = _blocked(work)
    if blocked:
        result = work.result(changed=False)
        result.update(failed=True, msg='Nothing was written. %s' % blocked)
        return result, []
    if check_mode:
        check_all(work.edits, params['lock_timeout'])
    else:
        work.write()
    result, warnings = work.result(), work.warnings()
    if with_diff:
        result['diff'] = entries_diff(result, 'url')
    git = find_program('git') if find_program else None
    if git and not check_mode and work.config is not None:
        warnings += _ask(work, work.config, result, git)
    if params['verify'] and 'failed' not in result:
        _verify(work, result, check_mode, git)
    return result, warnings


class _Delivery:
    """The edits of one call: the stores first, the configuration last."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        """
        :raises TokensError: an option is wrong, or a file cannot be read.
        """
        check_limits(params, LIMITS)
        listed = params['entries'] if params['entries'] is not None else [params]
        self.params = params
        self.entries = [parse_entry(options, params) for options in listed]
        for option in ('path', 'config_path', 'ca_path'):
            if params[option] is not None and not os.path.isabs(params[option]):
                raise BadInput('%s must be an absolute path, or start with ~.' % option)
        self.wanted = all_wanted(self.entries)
        self.path: str = params['path'] or default_store()
        is_default = self.path in default_stores() and self.path == default_store()
        self.named = None if is_default else self.path
        in_place = params['write_in_place']
        self.stores = [FileEdit(self.path, self._edit_store, in_place=in_place)]
        if params['path'] is None:  # git, too, erases from each of its files
            self.stores += [
                FileEdit(other, self._edit_other_store, in_place=in_place)
                for other in default_stores()
                if other != self.path and os.path.exists(other)
            ]
        self.edits: list[FileEdit[t.Any]] = list(self.stores)
        self.config: FileEdit[ConfigReport] | None = None
        self.config_path: str | None = None
        if params['helper'] == 'store':
            self.config_path = params['config_path'] or default_config()
            in_home = self.config_path.startswith(home_folder() + os.sep)
            # The system's configuration is for all users and contains no secret
            mode = 0o600 if in_home else 0o644
            edit = functools.partial(self._edit_config, self.config_path)
            self.config = FileEdit(self.config_path, edit, 'keep', mode, in_place)
            self.edits.append(self.config)

    def _edit_store(self, content: bytes | None) -> tuple[bytes | None, git_credentials.Result]:
        report = git_credentials.edit(
            content, [one for number, one in self.wanted], self.params['fix_line_endings']
        )
        return report.content, report

    def _edit_other_store(
        self, content: bytes | None
    ) -> tuple[bytes | None, git_credentials.Result]:
        report = git_credentials.edit(
            content, [one for number, one in self.wanted if not one.present]
        )
        return report.content, report

    def _edit_config(self, path: str, content: bytes | None) -> tuple[bytes | None, ConfigReport]:
        config = GitConfig(content, path)
        configuration = Configuration(config, path)
        desired = DesiredSettings(
            self.named,
            self.params['helper_scope'],
            self.params['use_http_path'],
            self.params['include_expiry'],
        )
        stores = Stores(self._reader(), default_stores(), home_folder())
        outcomes = SettingsPlan(configuration, self.entries, desired, stores).apply(self._remains)
        report = ConfigReport(outcomes, configuration.conditional, configuration.replaces_global)
        return (content if config.content == (content or b'') else config.content), report

    def _reader(self) -> t.Callable[[str], list[Credential]]:
        """A function that reads stores, the edited ones as they will be; each once."""
        known = {real_path(store.path): parse_store(store.content or b'') for store in self.stores}
        named_by = owner_on(self.config_path or self.path)

        def read(path: str) -> list[Credential]:
            real = real_path(path)
            if real not in known:
                own = path in default_stores()
                content = read_private(path).content if own else read_named(path, named_by)
                known[real] = parse_store(content or b'')
            return known[real]

        return read

    def _remains(self, url: Url) -> bool:
        """Whether any user has a line for exactly this URL."""
        return any(
            credential[:3] == url.place
            for store in self.stores
            for credential in parse_store(store.content or b'')
        )

    def write(self) -> None:
        """Write what changed. :raises TokensError: nothing is changed, or the message names it."""
        write_all(self.edits, self.params['lock_timeout'])

    def result(self, changed: bool | None = None) -> Result:
        """The result of the module. :param changed: False where nothing was written after all."""
        wrote = changed is not False
        result: Result = {
            'changed': wrote and any(edit.changed for edit in self.edits),
            'path': self.path,
            'entries': [self._entry_result(number, wrote) for number in range(len(self.entries))],
            'permissions_restricted': wrote
            and any(store.permissions_restricted for store in self.stores),
        }
        if self.config is not None:
            result['config_path'] = self.config_path
            result['includes'] = self.config.report.conditional
        return result

    def _entry_result(self, number: int, wrote: bool) -> Result:
        entry = self.entries[number]
        outcome = self.outcome(number)
        one: Result = {
            'url': entry.name,
            'state': 'present' if entry.present else 'absent',
            'changed': self._changes(number) + outcome.changed if wrote else [],
        }
        if entry.present:
            one['effective'] = outcome.effective
        if outcome.reason is not None:
            one['shadowed_by'] = outcome.reason
        if entry.fingerprint:
            one['fingerprint'] = entry.fingerprint
        return one

    def outcome(self, number: int) -> Outcome:
        """The result for an entry in the configuration."""
        return Outcome([]) if self.config is None else self.config.report.outcomes[number]

    def _changes(self, number: int) -> list[str]:
        """What changed for an entry in the stores."""
        found: list[str] = []
        for store in self.stores:
            wanted = [one for one in self.wanted if store is self.stores[0] or not one[1].present]
            for (owner, _one), words in zip(wanted, store.report.changes):
                if owner == number:
                    found += [word for word in words if word not in found]
        return found

    def warnings(self) -> list[str]:
        """What a person should know about the stores."""
        warnings = doubts(
            {'the password for %s' % entry.name: entry.wanted.password for entry in self.entries}
        )
        ignored = self.stores[0].report.ignored_lines
        if ignored:
            warnings.append(
                '%s has lines that end in CR LF, which git does not read as they are meant: %d. '
                'Set fix_line_endings to repair them.' % (self.path, ignored)
            )
        for store in self.stores:
            if store.report.unread_lines:
                warnings.append(
                    '%s still names the server of a removed entry, in lines that are not '
                    'credentials for git: %s. Check whether they contain a password.'
                    % (store.path, ', '.join('line %d' % one for one in store.report.unread_lines))
                )
        return warnings


def _blocked(work: _Delivery) -> str:
    """Why git would not use entries, in sentences; empty where it would."""
    reasons = [
        '%s: %s' % (entry.name, work.outcome(number).reason)
        for number, entry in enumerate(work.entries)
        if work.outcome(number).effective is False
    ]
    if not reasons:
        return ''
    return (
        'git would not use the entry for %s. Correct that setting, or set helper=none and '
        'configure git yourself.' % '; for '.join(reasons)
    )


def _ask(work: _Delivery, config: FileEdit[ConfigReport], result: Result, git: str) -> list[str]:
    """Have git itself look for each entry; a difference from the prediction is a failure.

    :returns: warnings.
    """
    try:
        failed = _not_found(work, config, git)
    except FileProblem as problem:
        return ['git was not asked whether it finds the entries: %s' % problem]
    for number in failed:
        result['entries'][number].update(
            effective=False, shadowed_by='git itself finds another credential, or none'
        )
    if failed:
        result.update(
            failed=True,
            msg='The entries are written, but git does not find them: %s. See "git credential '
            'fill" and "git config --show-origin --get-regexp credential".'
            % ', '.join(work.entries[number].name for number in failed),
        )
    return []


def _not_found(work: _Delivery, config: FileEdit[ConfigReport], git: str) -> list[int]:
    """Return the positions of the entries that git does not find."""
    user = user_of(work.path, config.path, home_folder())
    named = config.path if config.report.replaces_global else None
    use_http_path = work.params['use_http_path']
    return [
        number
        for number, entry in enumerate(work.entries)
        if entry.present and ask_git(entry, work.entries, use_http_path, named, git, user) is False
    ]


def _verify(
    work: _Delivery,
    result: Result,
    check_mode: bool,
    git: str | None,
) -> None:
    present = [entry for entry in work.entries if entry.present]
    if check_mode:
        result['verification'] = [_attempt(entry, None, 'check mode') for entry in present]
        return
    # Here, since a host compiles what it imports
    from ansible_collections.buildops.tokens.plugins.module_utils._git.verify import verify

    result['verification'] = [
        _attempt(entry, *verify(entry.wanted, entry.repository, work.path, work.params, git))
        for entry in present
    ]
    names = refused(result['verification'])
    if names:
        result.update(
            failed=True, msg='The entries are written, but were not accepted: %s.' % names
        )


def _attempt(entry: Entry, accepted: bool | None, message: str) -> Result:
    return attempt(entry.name, entry.repository, accepted, message)
