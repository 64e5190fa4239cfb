# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of variables: rendered once, then plain.

ansible-core 2.18 and older render each string that is not marked as unsafe; since 2.19, only a
string that is marked as trusted is rendered. So a copy without marks is safe in the latter and
dangerous in the former: it must be made unrenderable if something could render it again.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleUndefinedVariable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import is_encrypted

Template = t.Callable[[t.Any], t.Any]

OMITTED = '_OmitType'  # of C(omit) since ansible-core 2.19
OMITTED_ALONE = 'AnsibleValueOmittedError'  # raised where a template is C(omit) alone
_UNDEFINED = re.compile(r"'([\w .]{1,80})' is undefined")


def rendered(value: t.Any, template: Template | None, what: str) -> t.Any:
    """Render a raw value once.

    What is encrypted is decrypted and not rendered.

    :param template: renders a string; None if the value is rendered already.
    :param what: how messages name the value.
    :returns: the value in plain JSON types. It must not be rendered again.
    :raises BadInput: it cannot be rendered. The message contains nothing of it.
    """
    try:
        return plain(value if template is None else _rendered(value, template))
    except Exception as problem:  # its text contains the template, and perhaps what is in it
        if type(problem).__name__ == OMITTED_ALONE:
            return None
        raise BadInput('%s %s' % (what, _reason(problem))) from None


def rendered_mapping(value: t.Any, template: Template | None, what: str) -> t.Any:
    """Return a mapping that may be written as a template, with its values as they are.

    :returns: a new dict whose values can be given to C(rendered); anything else as it is.
    :raises BadInput: as C(rendered).
    """
    if isinstance(value, str) and template is not None and not is_encrypted(value):
        try:
            value = unrenderable(template(value))
        except Exception as problem:
            raise BadInput('%s %s' % (what, _reason(problem))) from None
    return dict(value) if isinstance(value, Mapping) else value


def unrenderable(value: t.Any) -> t.Any:
    """Return a copy of a rendered value that no version of ansible-core renders again.

    Encrypted text stays encrypted.
    """
    if isinstance(value, Mapping):
        return {text_of(key): unrenderable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unrenderable(item) for item in value]
    if isinstance(value, str) and not is_encrypted(value):
        return wrap_var(text_of(value))
    return value


def plain(value: t.Any) -> t.Any:
    """Return a value in plain JSON types, without marks of ansible-core, decrypted.

    The copy must not be rendered.
    """
    if isinstance(value, Mapping):
        return {text_of(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None or type(value).__name__ == OMITTED:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return text_of(value)


def text_of(value: t.Any) -> str:
    """Return a str without marks of ansible-core, decrypted."""
    return ''.join(str(value))


def is_unset(value: t.Any) -> bool:
    """Return whether this counts as not set: null, an empty str, C(omit)."""
    return value is None or value == '' or is_omitted(value)


def is_omitted(value: t.Any) -> bool:
    """Return whether this is what C(omit) renders to."""
    return type(value).__name__ == OMITTED or (
        isinstance(value, str) and value.startswith('__omit_place_holder__')
    )


def _rendered(value: t.Any, template: Template) -> t.Any:
    if is_encrypted(value):
        return value
    if isinstance(value, Mapping):
        return {key: _rendered(item, template) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_rendered(item, template) for item in value]
        return [item for item in items if not is_omitted(item)]
    return template(value) if isinstance(value, str) else value


def _reason(problem: BaseException | None) -> str:
    causes: list[BaseException] = []
    while problem is not None and problem not in causes:
        causes.append(problem)
        problem = problem.__cause__ or problem.__context__ or getattr(problem, 'orig_exc', None)
    # ansible-core has several classes for it, and not all are public
    if any('Vault' in type(cause).__name__ for cause in causes):
        return (
            'is encrypted with Ansible Vault, and cannot be decrypted. '
            'Give this run the right vault password.'
        )
    for cause in causes:
        if isinstance(cause, AnsibleUndefinedVariable):
            missing = _UNDEFINED.search(str(cause))
            if missing:
                return 'uses the variable %s, which is not defined.' % missing.group(1)
    return (
        'cannot be rendered (%s). Its template, or what it refers to, is wrong.'
        % type(causes[-1]).__name__
    )
