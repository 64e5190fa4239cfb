# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources of tokens: from what the author of an inventory wrote to options that are checked."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import os
import typing as t
from collections.abc import Iterable, Mapping
from configparser import Error, RawConfigParser
from dataclasses import dataclass
from pathlib import Path

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.path import unfrackpath

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import not_a_string
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import ServerClient
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._token import from_iso8601
from ansible_collections.buildops.tokens.plugins.module_utils._token_client import TokenClient
from ansible_collections.buildops.tokens.plugins.plugin_utils import awx_credential_types
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import (
    Template,
    is_unset,
    plain,
    rendered,
    rendered_mapping,
)

__all__ = [
    'Source',
    'check_names',
    'completed',
    'declared',
    'is_unset',
    'issues',
    'named',
    'nearest',
    'plain',
    'provider_class',
    'rendered',
    'resolve',
    'types',
    'variable_name',
]

PACKAGE = 'ansible_collections.buildops.tokens.plugins.module_utils._sources'
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'module_utils', '_sources'
)
INI_SECTION = 'buildops_tokens'

ProviderClass = type[Provider]
ClientClass = type[ServerClient]
Variables = Mapping[str, t.Any]
Reader = t.Callable[[str], t.Any]

_classes: dict[str, ProviderClass] = {}
_ini_cache: dict[str | None, dict[str, str]] = {}


@dataclass(frozen=True, repr=False, eq=False)
class Source:
    """A source whose options are complete and checked.

    :ivar name: in C(token_sources), or None where the options were given in place.
    :ivar provider: the class of its type.
    :ivar options: by name. They contain secrets.
    """

    name: str | None
    provider: ProviderClass
    options: dict[str, t.Any]

    def __repr__(self) -> str:
        return '<%s>' % self.label

    @property
    def label(self) -> str:
        """How messages name it."""
        return 'source %s' % self.name if self.name else 'a %s' % self.provider.TYPE

    def identity(self) -> dict[str, t.Any]:
        """Return all that makes its token different from others, in JSON types."""
        return dict(shared.identity(self.provider, self.options), type=self.provider.TYPE)

    def exchange(self, client: type[TokenClient], **options: t.Any) -> Source:
        """Return what gets a token of another kind for the token of this source.

        :param client: a class that is not a source type. :param options: more options for it.
        """
        options = {**self.options, **options, 'cache': 'run'}
        return Source(self.name, t.cast(ProviderClass, client), options)


def types() -> list[str]:
    """Return the names of all source types, sorted."""
    return sorted(
        name[:-3]
        for name in os.listdir(FOLDER)
        if name.endswith('.py') and name not in ('base.py', '__init__.py')
    )


def preload() -> None:
    """Import all source types. A process that was forked before would do so for each host.

    A mistake in a type is reported when it is used.
    """
    for name in types():
        with contextlib.suppress(Exception):
            provider_class(name)
    from_iso8601('1970-01-01T00:00:00Z')  # Python keeps what it needs for both forms of a date


def provider_class(type_name: str | ClientClass) -> ProviderClass:
    """Return the provider of a source type.

    :param type_name: its name, or a class that is not a source type, for its options.
    :raises BadInput: there is no such type. The message names the nearest.
    """
    if isinstance(type_name, type):
        return t.cast(ProviderClass, type_name)
    if type_name not in _classes:
        known = types()
        if type_name not in known:
            raise BadInput(
                'there is no source type %s.%s Types are: %s.'
                % (_shown(type_name), nearest(type_name, known), ', '.join(known))
            )
        module = importlib.import_module('%s.%s' % (PACKAGE, type_name))
        _classes[type_name] = next(
            value
            for value in vars(module).values()
            if isinstance(value, type) and getattr(value, 'TYPE', None) == type_name
        )
    return _classes[type_name]


def issues(provider: ProviderClass) -> bool:
    """Return whether tokens of this type are issued from here, and not entered by a person."""
    return provider.issue is not Provider.issue


def nearest(name: t.Any, known: Iterable[str]) -> str:
    """Return C( Did you mean x?), or an empty str."""
    found = difflib.get_close_matches(str(name).lower(), list(known), 1, 0.6)
    return ' Did you mean %s?' % found[0] if found else ''


def check_names(
    given: Iterable[str], provider: ClientClass, label: str, info: bool = False
) -> None:
    """Refuse options that a type does not have, without a look at any value.

    :param info: compare with the options of its info module.
    :raises BadInput: with the nearest name of an option.
    """
    known = shared.info_arguments(provider) if info else shared.arguments(provider)
    for name in given:
        if name not in known:
            of_type = '' if info or label == provider.TYPE else ' of type %s' % provider.TYPE
            raise BadInput(
                '%s%s has no option %s.%s' % (label, of_type, _shown(name), nearest(name, known))
            )


def resolve(
    type_name: str | ClientClass,
    given: Mapping[str, t.Any],
    variables: Variables,
    template: Template | None = None,
    name: str | None = None,
    keep: Iterable[str] = (),
) -> Source:
    """Complete and check the options of a source.

    What is given wins over the variables C(buildops_tokens_<prefix>_<option>), these over the
    environment variables of the same name in capital letters, these over the entry
    C(<prefix>_<option>) of the section C([buildops_tokens]) in ansible.cfg. An empty value counts
    as not set. A place that names another server than one before it gives nothing, and one that
    names another user gives nothing that belongs to the user.

    :param given: options by name, rendered.
    :param variables: of the task, raw, without facts (see C(trusted_variables)).
    :param template: renders the value of a variable.
    :param name: of the source in C(token_sources).
    :param keep: options of a module that a source does not have (C(state)). They are checked and
        stay in C(options).
    :raises BadInput: with the name of the source and what to change.
    """
    label = 'source %s' % name if name else str(getattr(type_name, 'TYPE', type_name))
    try:
        provider = provider_class(type_name)
        check_names([option for option in given if option not in keep], provider, label)
        values = completed(provider, given, variables, template)
        return Source(name, provider, _checked(provider, values, keep))
    except BadInput as problem:
        text = str(problem)
        refused = BadInput(text if text.startswith(label) else '%s: %s' % (label, text))
        awx_credential_types.name_fields(refused, str(type_name))
        raise refused from None


def _checked(
    provider: ClientClass, values: dict[str, t.Any], keep: Iterable[str]
) -> dict[str, t.Any]:
    spec = dict(shared.arguments(provider), **{option: shared.STATE[option] for option in keep})
    for option in shared.secret_names(provider):
        if option in values and not isinstance(values[option], str):
            raise not_a_string(option, values[option])
    try:
        result = ArgumentSpecValidator(spec, **shared.constraints(provider)).validate(values)
    except OverflowError:  # of an infinite number
        raise BadInput('a number is too large.') from None
    if result.error_messages:
        raise BadInput('%s.' % '; '.join(result.error_messages).rstrip('.'))
    options: dict[str, t.Any] = shared.checked(provider, result.validated_parameters)
    provider.check(options)
    return options


def completed(
    provider: ClientClass,
    given: Mapping[str, t.Any],
    variables: Variables,
    template: Template | None,
) -> dict[str, t.Any]:
    """Return what is given, in plain types, and what other places have for each other option.

    See C(resolve) for the arguments and the order of the places.
    """
    values = {option: rendered(value, None, option) for option, value in given.items()}
    values = {option: value for option, value in values.items() if not is_unset(value)}
    for read in _places(provider, variables, template):
        named_here = provider.address({option: read(option) for option in provider.ADDRESS})
        if named_here and provider.address(values) not in (None, named_here):
            continue  # its options are for that server, and its secrets are for no other
        left_out = provider.excluded_options(values, read)
        found = {
            option: read(option)
            for option in shared.arguments(provider)
            if option not in values and option not in left_out
        }
        values.update((option, value) for option, value in found.items() if value is not None)
    return values


def named(name: str, variables: Variables, template: Template | None) -> Source:
    """Look a source up in C(token_sources).

    :param name: its name.
    :param variables: of the task, raw, without facts (see C(trusted_variables)).
    :param template: renders a value.
    :raises BadInput: there is no such source, or a mistake in it.
    """
    entry = declared(variables, template, name)[name]
    name = _shown(name)
    label = 'source %s' % name
    entry = rendered_mapping(entry, template, label)
    type_name = None
    if isinstance(entry, dict):
        type_name = rendered(entry.pop('type', None), template, '%s: type' % label)
    if not type_name or not isinstance(type_name, str):
        raise BadInput(
            '%s must be a mapping with a type. Types are: %s.' % (label, ', '.join(types()))
        )
    given = {
        option: rendered(value, template, '%s: %s' % (label, option))
        for option, value in entry.items()
    }
    return resolve(type_name, given, variables, template, name=name)


def declared(
    variables: Variables, template: Template | None, wanted: str | None = None
) -> dict[str, t.Any]:
    """Return C(token_sources).

    :param wanted: the name of a source that must be there.
    :returns: by name: a value for C(rendering.rendered_mapping), which may not be rendered yet.
    :raises BadInput: the variable is missing, not a mapping, or lacks C(wanted).
    """
    what = 'the variable token_sources'
    sources = rendered_mapping(variables.get('token_sources'), template, what)
    if not isinstance(sources, dict):
        raise BadInput(
            '%s must be a mapping of names to sources%s.'
            % (what, ', but it is not defined' if sources is None else '')
        )
    if wanted is not None and wanted not in sources:
        raise BadInput(
            'there is no source %s in token_sources.%s It has: %s.'
            % (
                _shown(wanted),
                nearest(wanted, sources),
                ', '.join(sorted(_shown(name) for name in sources)) or 'none',
            )
        )
    return sources


def variable_name(prefix: str, option: str) -> str:
    """Return the name of the variable that an option is taken from if a source does not set it.

    :param prefix: of a provider.
    """
    return 'buildops_tokens_%s_%s' % (prefix, option)


def _shown(name: t.Any) -> str:
    return ''.join(character if character.isprintable() else '?' for character in str(name))[:60]


def _places(
    provider: ClientClass, variables: Variables, template: Template | None
) -> tuple[Reader, ...]:
    """Return for each place that options come from a function, the one that wins first.

    Its argument is the name of an option. It returns the value, or None.
    """

    def set_to(value: t.Any) -> t.Any:
        return None if is_unset(value) else value

    def variable(option: str) -> t.Any:
        name = variable_name(provider.PREFIX, option)
        return set_to(rendered(variables.get(name), template, 'the variable %s' % name))

    def environment(option: str) -> t.Any:
        return set_to(os.environ.get(variable_name(provider.PREFIX, option).upper()))

    def setting(option: str) -> t.Any:
        value = set_to(ini().get('%s_%s' % (provider.PREFIX, option)))
        if value is not None and shared.arguments(provider)[option].get('type') == 'path':
            # As ansible-core takes paths in this file
            value = unfrackpath(value, follow=False, basedir=os.path.dirname(C.CONFIG_FILE))
        return value

    return variable, environment, setting


def ini() -> dict[str, str]:
    """Return the section [buildops_tokens] of the ansible.cfg in use.

    :raises BadInput: the file cannot be parsed.
    """
    path = C.CONFIG_FILE
    if path not in _ini_cache:
        _ini_cache[path] = _read_section(path)
    return _ini_cache[path]


def _read_section(path: str | None) -> dict[str, str]:
    try:
        text = Path(path).read_text(encoding='utf-8') if path else ''
    except (OSError, ValueError):
        return {}
    if '[%s]' % INI_SECTION not in text:
        return {}
    parser = RawConfigParser(inline_comment_prefixes=(';',))
    try:
        parser.read_string(text)
        return dict(parser.items(INI_SECTION))
    except Error:
        raise BadInput('The section [%s] of %s cannot be read.' % (INI_SECTION, path)) from None
