# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a person wrote to a source that is checked: its type, its options from all places, mistakes named."""

from __future__ import annotations

import difflib
import importlib
import os
import re
from collections.abc import Mapping

from ansible import constants as C
from ansible.errors import AnsibleUndefinedVariable
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.path import unfrackpath

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider

PACKAGE = 'ansible_collections.buildops.tokens.plugins.module_utils._sources'
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'module_utils', '_sources'
)
INI_SECTION = 'buildops_tokens'
OMITTED = '_OmitType'  # of C(omit) since ansible-core 2.19
_classes = {}


class Source:
    """A source, checked.

    :ivar name: in C(token_sources), or None where the options were given in place.
    :ivar provider: the class. :ivar options: complete and checked.
    """

    def __init__(self, name, provider, options):
        self.name = name
        self.provider = provider
        self.options = options

    def __repr__(self):
        return '<%s>' % self.label

    @property
    def label(self):
        """How messages name it."""
        return 'source %s' % self.name if self.name else 'a %s' % self.provider.TYPE

    def identity(self):
        """:returns: all that makes its token different from others, in JSON types."""
        return dict(shared.identity(self.provider, self.options), type=self.provider.TYPE)


def types():
    """:returns: the names of all source types, sorted."""
    return sorted(
        name[:-3]
        for name in os.listdir(FOLDER)
        if name.endswith('.py') and name not in ('base.py', '__init__.py')
    )


def provider_class(type_name):
    """:param type_name: a source type, or a class that has options like one's and is taken as it is.
    :returns: the provider of a type. :raises BadInput: there is no such type; the nearest is named."""
    if isinstance(type_name, type):
        return type_name
    if type_name not in _classes:
        known = types()
        if type_name not in known:
            raise BadInput(
                'there is no source type %s.%s Types are: %s.'
                % (_plain(type_name), nearest(type_name, known), ', '.join(known))
            )
        module = importlib.import_module('%s.%s' % (PACKAGE, type_name))
        _classes[type_name] = next(
            value
            for value in vars(module).values()
            if isinstance(value, type) and getattr(value, 'TYPE', None) == type_name
        )
    return _classes[type_name]


def issues(provider):
    """:returns: whether its tokens are made from here; else people make them, and put them into the source."""
    return provider.issue is not Provider.issue


def nearest(name, known):
    """:returns: C( Did you mean x?), or an empty str."""
    found = difflib.get_close_matches(str(name).lower(), list(known), 1, 0.6)
    return ' Did you mean %s?' % found[0] if found else ''


def check_names(given, provider, label, info=False):
    """Refuse options that this type does not have, without looking at any value.

    :raises BadInput: with the nearest right name."""
    known = shared.info_arguments(provider) if info else shared.arguments(provider)
    for name in given:
        if name not in known:
            raise BadInput(
                '%s has no option %s.%s'
                % (
                    label
                    if info
                    else '%s of type %s' % (label, provider.TYPE)
                    if label != provider.TYPE
                    else label,
                    _plain(name),
                    nearest(name, known),
                )
            )


def resolve(type_name, given, variables, template=None, name=None, keep=()):
    """Complete and check the options of a source.

    What is given wins over the variables C(buildops_tokens_<prefix>_<option>), these over the environment variables of the same name in
    capital letters, these over the entry C(<prefix>_<option>) of the section C([buildops_tokens]) in ansible.cfg. An empty value counts as not set.
    A place that names another server than one before it gives nothing, and one that names another user nothing that is the user's.

    :param given: a mapping. :param variables: the task's variables. :param template: renders a variable's value.
    :param keep: options of a module that are not a source's (C(state)); they are checked and stay in C(options).
    :returns: C(Source). :raises BadInput: with the source's name and what to change.
    """
    label = 'source %s' % name if name else getattr(type_name, 'TYPE', type_name)
    try:
        provider = provider_class(type_name)
        spec = dict(shared.arguments(provider), **{option: shared.STATE[option] for option in keep})
        check_names([option for option in given if option not in keep], provider, label)
        values = completed(provider, given, variables, template)
        for option in shared.secret_names(provider):
            if option in values and not isinstance(values[option], str):
                raise BadInput(
                    '%s must be a string, but it is of type %s. Quote it.'
                    % (option, type(values[option]).__name__)
                )
        try:
            result = ArgumentSpecValidator(spec, **shared.constraints(provider)).validate(values)
        except OverflowError:  # of an infinite number
            raise BadInput('a number is too large.') from None
        if result.error_messages:
            raise BadInput('%s.' % '; '.join(result.error_messages).rstrip('.'))
        options = shared.checked(provider, result.validated_parameters)
        provider.check(options)
    except BadInput as problem:
        text = str(problem)
        raise BadInput(text if text.startswith(label) else '%s: %s' % (label, text)) from None
    return Source(name, provider, options)


def completed(provider, given, variables, template):
    """:returns: what is given, in plain types, and for each option that is not, what stands elsewhere (see C(resolve))."""
    # what is given has been rendered already; once more would let a secret that looks like a template be one
    values = {option: rendered(value, None, option) for option, value in given.items()}
    values = {option: value for option, value in values.items() if not is_unset(value)}
    for read in _places(provider, variables, template):
        named_here = provider.address({option: read(option) for option in provider.ADDRESS})
        if named_here and provider.address(values) not in (None, named_here):
            continue  # what it says is for that server, and its secrets are for no other
        left_out = provider.excluded_options(values, read)
        found = {
            option: read(option)
            for option in shared.arguments(provider)
            if option not in values and option not in left_out
        }
        values.update((option, value) for option, value in found.items() if value is not None)
    return values


def named(name, variables, template):
    """Look a source up in C(token_sources).

    :param name: its name. :param variables: the task's variables, raw. :param template: renders a value.
    :returns: C(Source). :raises BadInput: no such source, or a mistake in it.
    """
    entry = declared(variables, template, name)[name]
    name = _plain(name)
    entry = _mapping(entry, template, 'source %s' % name)
    type_name = (
        rendered(entry.pop('type', None), template, 'source %s: type' % name)
        if isinstance(entry, dict)
        else None
    )
    if not type_name or not isinstance(type_name, str):
        raise BadInput(
            'source %s must be a mapping with a type. Types are: %s.' % (name, ', '.join(types()))
        )
    given = {
        option: rendered(value, template, 'source %s: %s' % (name, option))
        for option, value in entry.items()
    }
    return resolve(type_name, given, variables, template, name=name)


def declared(variables, template, wanted=None):
    """:returns: C(token_sources), with its values not rendered. :raises BadInput: it is missing, no mapping, or lacks C(wanted)."""
    sources = _mapping(variables.get('token_sources'), template, 'the variable token_sources')
    if sources is None or not isinstance(sources, dict):
        raise BadInput(
            'the variable token_sources must be a mapping of names to sources%s.'
            % (', but it is not defined' if sources is None else '')
        )
    if wanted is not None and wanted not in sources:
        raise BadInput(
            'there is no source %s in token_sources.%s It has: %s.'
            % (
                _plain(wanted),
                nearest(wanted, sources),
                ', '.join(sorted(_plain(name) for name in sources)) or 'none',
            )
        )
    return sources


def _mapping(value, template, what):
    """:returns: a mapping that may be written as a template, as a new dict with its values as they are; anything else as it is."""
    if isinstance(value, str) and template is not None:
        value = rendered(value, template, what)
    return dict(value) if isinstance(value, Mapping) else value


def rendered(value, template, what):
    """:param template: renders a value, or None where all is rendered. :param what: how messages name the value.
    :returns: the value, rendered, in plain JSON types. :raises BadInput: it cannot be rendered; the message holds nothing of it."""
    try:
        return plain(value if template is None else template(value))
    except Exception as problem:  # its text holds the template, and perhaps what was put into it
        raise BadInput('%s %s' % (what, _why(problem))) from None


def _why(problem):
    causes = []
    while problem is not None and problem not in causes:
        causes.append(problem)
        problem = problem.__cause__ or problem.__context__ or getattr(problem, 'orig_exc', None)
    # ansible-core has several classes for it, and not all are public
    if any('Vault' in type(cause).__name__ for cause in causes):
        return 'is encrypted with Ansible Vault, and cannot be decrypted. Give this run the right vault password.'
    for cause in causes:
        missing = (
            re.search(r"'([\w .]{1,80})' is undefined", str(cause))
            if isinstance(cause, AnsibleUndefinedVariable)
            else None
        )
        if missing:
            return 'uses the variable %s, which is not defined.' % missing.group(1)
    return (
        'cannot be rendered (%s). Its template, or what it refers to, is wrong.'
        % type(causes[-1]).__name__
    )


def is_unset(value):
    """:returns: True for what counts as not set: null, an empty str, C(omit)."""
    return (
        value is None
        or value == ''
        or type(value).__name__ == OMITTED
        or isinstance(value, str)
        and value.startswith('__omit_place_holder__')
    )


def plain(value):
    """:returns: the value in plain JSON types: no tags of ansible-core, vaulted text decrypted."""
    if isinstance(value, Mapping):
        return {''.join(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None or type(value).__name__ == OMITTED:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return ''.join(str(value))


def _plain(name):
    return ''.join(character if character.isprintable() else '?' for character in str(name))[:60]


def variable_name(prefix, option):
    """:param prefix: of a provider. :returns: the name of the variable that an option is taken from where a source does not set it."""
    return 'buildops_tokens_%s_%s' % (prefix, option)


def _places(provider, variables, template):
    """:returns: for each place that options come from, a function of an option that returns its value, or None; the one that wins first."""

    def set_to(value):
        return None if is_unset(value) else value

    def variable(option):
        name = variable_name(provider.PREFIX, option)
        return set_to(rendered(variables.get(name), template, 'the variable %s' % name))

    def environment(option):
        return set_to(os.environ.get(variable_name(provider.PREFIX, option).upper()))

    def setting(option):
        value = set_to(ini().get('%s_%s' % (provider.PREFIX, option)))
        if (
            value is not None and shared.arguments(provider)[option].get('type') == 'path'
        ):  # as ansible-core takes those in this file
            value = unfrackpath(value, follow=False, basedir=os.path.dirname(C.CONFIG_FILE))
        return value

    return variable, environment, setting


_ini_cache = {}


def ini():
    """The section [buildops_tokens] of the ansible.cfg in use; most have none, which costs one read and no parser."""
    path = C.CONFIG_FILE
    if path not in _ini_cache:
        section = {}
        try:
            with open(path, encoding='utf-8') as file:
                text = file.read()
        except (OSError, TypeError, ValueError):
            text = ''
        if '[%s]' % INI_SECTION in text:
            from configparser import Error, RawConfigParser

            parser = RawConfigParser(inline_comment_prefixes=(';',))
            try:
                parser.read_string(text)
                section = dict(parser.items(INI_SECTION))
            except Error:
                raise BadInput(
                    'The section [%s] of %s cannot be read.' % (INI_SECTION, path)
                ) from None
        _ini_cache[path] = section
    return _ini_cache[path]
