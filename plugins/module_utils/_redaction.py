# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The secrets of this process, and the one way in which text from outside becomes fit to be shown.

A secret registers where it comes into being: secret options when they are checked, tokens and
headers when they are made. Every message, warning, diff and result passes through L(outgoing) or
is a C(TokensError), whose constructor calls L(printable). So no caller has to remember a list.

All forms of a secret are found by one method: text and secrets are brought into a canonical form
(escapes decoded, blanks dropped, letter case folded), and common parts of eight characters are
looked for. The work is done only where text is shown.
"""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

try:  # ansible-core 2.22 and newer redact registered values wherever they would be shown
    from ansible.module_utils.secrets import register_secrets as _register
except ImportError:
    _register = None

# What ansible-core, AWX or Nexus show in place of a secret. Written into a configuration it would
# replace the real one. Asterisks alone can be a password, so C(doubts) is about them.
MASKS = frozenset(
    (
        'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER',
        '$REDACTED$',
        '$encrypted$',
        'CENSORED',
        '#~NXRM~PLACEHOLDER~PASSWORD~#',
        '#~NEXUS~PLACEHOLDER~PASSWORD~#',
        '|$|N|E|X|U|S|$|',
    )
)
# Shorter values are common words or digits; ansible-core would garble every other output.
SHORTEST_REGISTERED = 8
_NOT_ALLOWED = frozenset([chr(n) for n in range(32)] + ['\x7f', '\u2028', '\u2029'])

STARS = '***'
HIDDEN = '********'  # what ansible-core shows
PART = 8  # characters of a secret that are never shown
HEX_PART = 2 * PART
SHORTEST_SECRET = 4  # a shorter one is hidden only within text that comes from outside
LONGEST_TEXT = 200
# To look for secrets takes some seconds, and some hundred bytes for each character, at this length
LONGEST_OUTGOING = 256 * 1024
_LONGEST_INPUT = 4096  # of which at most LONGEST_TEXT are shown
_ROUNDS = 5  # how often text may be escaped

# Words of our own sentences, which say nothing about a secret that happens to contain them
_OWN_WORDS = frozenset(
    """
    about accept accepted accepts access account accounts added address administrator admin after
    again agent allow another answer answered answers application assertion authentication
    authority authorization basic bearer because before blank body bytes cache cannot case
    certificate certificates challenge changed check class client client_id client_secret clock
    code codes common compressed configuration connect connected connection contact contains
    content context control cookie create created credential credentials date default deliver
    delivered delivery denied describe directory disabled does edition empty enable enabled encoded
    encryption endpoint endpoints entry error exist exists expired expires failed false feature
    field file files fingerprint first folder form format found from give given grant group
    grant_type have header headers helper here host hosts http https identifier information
    install instance interface internal invalid issued issuer java json kind know lacks last
    length licence lifetime line list load local location login lookup manage master maven
    message method missing mode module name names network nexus none nothing null nuxeo nuvy
    object online only open option options other package page parameter part password passwords
    path permission permissions person platform plain plugin port present privilege production
    project projects property proxy public python query read realm redirect refresh refused
    refuses remote remove repository request requested require required resource response result
    retry revoke revoked right role root rotate scope secret secrets seconds security send sent
    server servers service session settings sign single sources source space state status step
    string studio supported system task template test text than that their there this ticket
    time timeout token tokens true type unknown update updated user username users valid value
    variable verified verify version wait want warning web what when where which will with
    without word work works wrong write writes written wrote your
    """.split()
)
_NATURAL = re.compile(r"[A-Za-z_\s,.;:'()!?]*\Z")

# Escape sequences of terminals (ECMA-48): CSI, OSC and other strings, and two-character ones
_SEQUENCE = re.compile(
    '(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]'
    '|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\x9d\x90\x98\x9e\x9f]{0,4096}(?:\x07|\x1b\\\\|\x9c)'
    '|\x1b[ -/]*[0-~]'
)
# Controls, marks of direction, what has no width, tags, and halves of characters
_INVISIBLE = (
    '\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
    '\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff'
    '\U000e0000-\U000e0fff'
)
_UNSEEN = re.compile('[%s]' % _INVISIBLE)
_CONTROLS = re.compile('[%s\t\n]' % _INVISIBLE)
_DROPPED = re.compile('[%s\\s\\\\+]' % _INVISIBLE)
_ESCAPE = re.compile(
    r'\\+[uUxX]\{0*(?P<braced>[0-9a-fA-F]{1,6})\}'
    r'|\\+U(?P<long>[0-9a-fA-F]{8})'
    r'|\\+[uU](?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\+[uU][dD][c-fC-F][0-9a-fA-F]{2})'
    r'|(?:\\+|%)[uU](?P<code>[0-9a-fA-F]{4})'
    r'|(?:_[xX]|[uU]\+)(?P<point>[0-9a-fA-F]{4})_?'
    r'|(?:\\+|(?<![0-9A-Za-z])0)[xX](?P<byte>[0-9a-fA-F]{2})'
    r'|\\+(?P<style>00[0-9a-fA-F]{4})'
    r'|\\+(?P<octal>[0-3][0-7]{2})'
    r'|=(?P<quoted>[0-9A-F]{2})'
    r'|\\+(?P<blank>[nrtbfNRTBF])'
    r'|&\#0*(?P<decimal>[0-9]{1,7});?'
    r'|&\#[xX]0*(?P<hexadecimal>[0-9a-fA-F]{1,6});?'
    r'|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31});'
    r'|(?P<tag><(?:[/?A-Za-z]|!--)[^<>]{0,200}>|<!\[CDATA\[|\]\]>)'
    r'|(?P<percent>(?:%[0-9a-fA-F]{2})+)'
)
_HEXADECIMAL = frozenset(
    ('braced', 'byte', 'code', 'hexadecimal', 'long', 'point', 'quoted', 'style')
)
# What servers send is looked at by these. They are compiled then, since most hosts need none.
_JAVA = (  # bounded, since servers may send a mebibyte
    r'(?<![\w.$])(?:[a-z]\w{0,40}\.){2,12}[\w$]{0,80}(?:Exception|Error)[\w$]{0,80}(?:: ?)?'
)
_SHAPES = {
    'edition': r'[A-Za-z][A-Za-z-]{1,20}',
    'error code': r'[A-Za-z][A-Za-z0-9_.-]{0,59}',
    'media type': r'[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}',
    'scope': r'[!#-\[\]-~]{1,200}(?: [!#-\[\]-~]{1,200}){0,50}',
    'version': r'v?[0-9]{1,5}(?:[.-][0-9A-Za-z]{1,12}){0,6}',
}


class Canonical(t.NamedTuple):
    """Text without escapes, blanks and letter case, and where each character of it comes from.

    :ivar spans: (start, end) in the original text, one for each character.
    """

    text: str
    spans: t.List[t.Tuple[int, int]]


class Needles:
    """What is looked for.

    :ivar secrets: the values. :ivar parts: all parts of L(PART) characters. :ivar bare: those of
        letters and digits alone, whatever is between them. :ivar digits: those of hexadecimal
        forms, of twice as many. :ivar words: whole secrets that are shorter than a part.
    :ivar tiny: those shorter than L(SHORTEST_SECRET), and those made of words of our sentences.
    """

    def __init__(self) -> None:
        self.secrets: t.Set[str] = set()
        self.parts: t.Set[str] = set()
        self.bare: t.Set[str] = set()
        self.digits: t.Set[str] = set()
        self.words: t.Set[str] = set()
        self.tiny: t.Set[str] = set()

    def add(self, secrets: t.Iterable[str]) -> Needles:
        """Look for further secrets. :returns: self."""
        for secret in set(secrets) - self.secrets:
            self._add(secret)
            self.secrets.add(secret)
        return self

    def _add(self, secret: str) -> None:
        forms = list(_whole_forms(secret))
        if len(forms[0]) < SHORTEST_SECRET or _only_own_words(secret):
            if secret.strip():
                self.tiny.add(secret.strip())
            return
        self.words.update(form for form in forms if SHORTEST_SECRET <= len(form) < PART)
        for number in _in_numbers(secret):
            self.digits.update(_slices(number, HEX_PART))
        for form in {*forms, *(_DROPPED.sub('', each).casefold() for each in _in_base64(secret))}:
            self.parts.update(_slices(form, PART))
            self.bare.update(_slices(''.join(filter(str.isalnum, form)), PART))


_known: t.Set[str] = set()
# Of the secrets in _known, as far as something was shown since; and of the last others
_compiled = Needles()
_compiled_others = Needles()


def register(*secrets: t.Optional[str]) -> None:
    """Make secrets known to this process, and to the registry of ansible-core 2.22 and newer.

    :param secrets: values; what is empty, None or a mask is ignored.
    """
    found = [''.join(secret) for secret in secrets if secret and secret.strip() not in MASKS]
    _known.update(found)
    if _register is not None:
        _register(
            [
                form
                for secret in found
                if len(secret) >= SHORTEST_REGISTERED
                for form in derived_forms(secret)
            ]
        )


def register_parameters(spec: t.Mapping[str, t.Any], values: t.Mapping[str, t.Any]) -> None:
    """Register the values of all secret options (C(no_log)) of a module, entries included.

    :param spec: an argument spec. :param values: what was given for it.
    """
    for name, entry in spec.items():
        value = values.get(name)
        if value is None:
            continue
        if entry.get('no_log'):
            register(*_strings(value))
        elif entry.get('options'):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    register_parameters(entry['options'], each)


def _strings(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _strings(each)


def known() -> t.FrozenSet[str]:
    """:returns: the secrets that are registered in this process."""
    return frozenset(_known)


def forget() -> None:
    """Forget all secrets. For tests: a process of Ansible keeps them to its end."""
    global _compiled, _compiled_others
    _known.clear()
    _compiled, _compiled_others = Needles(), Needles()


# Finding


def _decoded(match: t.Match[str]) -> t.List[t.Tuple[str, int, int]]:
    """:returns: the characters that an escape stands for, each with its place in the text."""
    kind = match.lastgroup or ''
    value = match.group(kind)
    if kind == 'percent':
        return _percent_decoded(match)
    if kind == 'pair':
        digits = value[:4] + value[-4:]
        text = bytes.fromhex(digits).decode('utf-16-be', 'replace')
    elif kind in _HEXADECIMAL:
        text = _character(int(value, 16))
    elif kind == 'octal':
        text = _character(int(value, 8))
    elif kind == 'decimal':
        text = _character(int(value))
    elif kind == 'name':
        text = _named(value)
    else:  # a line end
        text = ' '
    return [(character, match.start(), match.end()) for character in text]


def _character(number: int) -> str:
    return chr(number) if number < 0x110000 else ' '


def _named(name: str) -> str:
    from html.entities import html5  # here, since it is large and most processes show nothing

    text = html5.get(name + ';') or html5.get(name.lower() + ';')
    return '&%s;' % name if text is None else text


def _percent_decoded(match: t.Match[str]) -> t.List[t.Tuple[str, int, int]]:
    data = bytes.fromhex(match.group('percent').replace('%', ''))
    found, at = [], match.start()
    while data:
        size = 1 if data[0] < 0xC0 else 2 if data[0] < 0xE0 else 3 if data[0] < 0xF0 else 4
        try:
            character = data[:size].decode('utf-8')
        except UnicodeDecodeError:
            size, character = 1, chr(data[0])
        found.append((character, at, at + 3 * size))
        data, at = data[size:], at + 3 * size
    return found


def _unescape_once(found: Canonical) -> Canonical:
    text, spans, at = [], [], 0
    for match in _ESCAPE.finditer(found.text):
        text.append(found.text[at : match.start()])
        spans += found.spans[at : match.start()]
        for character, start, end in _decoded(match):
            text.append(character)
            spans.append((found.spans[start][0], found.spans[end - 1][1]))
        at = match.end()
    text.append(found.text[at:])
    spans += found.spans[at:]
    return Canonical(''.join(text), spans)


def _folded(found: Canonical) -> Canonical:
    if found.text.isascii() and not _DROPPED.search(found.text):  # as nearly all that is shown
        return Canonical(found.text.lower(), found.spans)
    text, spans = [], []
    for character, span in zip(found.text, found.spans):
        if _DROPPED.match(character):
            continue
        folded = character.lower() if character.isascii() else _simple(character)
        text.append(folded)
        spans += [span] * len(folded)
    return Canonical(''.join(text), spans)


def _simple(character: str) -> str:
    """:returns: a letter as others may write it: without accents, and not as a symbol."""
    import unicodedata  # here, since hardly any text has such a character

    parts = unicodedata.normalize('NFKD', character)
    return ''.join(part for part in parts if not unicodedata.combining(part)).casefold()


def _bare(form: Canonical) -> Canonical:
    """:returns: letters and digits alone, since anything can be put between them."""
    if form.text.isalnum():
        return form
    kept = [at for at, character in enumerate(form.text) if character.isalnum()]
    return Canonical(''.join(form.text[at] for at in kept), [form.spans[at] for at in kept])


def canonical_forms(text: str) -> t.List[Canonical]:
    """:returns: a text as it is, and after each round of decoding, both without blanks and case."""
    found = Canonical(text, [(at, at + 1) for at in range(len(text))])
    forms = [_folded(found)]
    for _round in range(_ROUNDS):
        decoded = _unescape_once(found)
        if decoded.text == found.text:
            break
        found = decoded
        forms.append(_folded(found))
    return forms


def _within_base64(data: bytes) -> t.Iterator[str]:
    """:returns: what is the same in base64, with any data before and behind it."""
    for before in range(3):
        encoded = base64.b64encode(b'-' * before + data).decode('ascii')
        middle = encoded[(before + 2) // 3 * 4 : (before + len(data)) // 3 * 4]
        yield middle
        yield middle.replace('+', '-').replace('/', '_')


def _in_base64(secret: str) -> t.Iterator[str]:
    """:returns: base64 of a secret: as it is, escaped, in UTF-16, and in base64."""
    for form in derived_forms(secret)[:-1]:
        yield from _within_base64(form.encode('utf-8', 'surrogatepass'))
    yield from _within_base64(secret.encode('utf-16-le', 'surrogatepass'))
    # With a user name before it, a secret is registered as a header
    yield from _within_base64(base64.b64encode(secret.encode('utf-8', 'surrogatepass')))


def _in_numbers(secret: str) -> t.Iterator[str]:
    """:returns: the numbers of its bytes, hexadecimal (also of UTF-16) and decimal."""
    data = secret.encode('utf-8', 'surrogatepass')
    yield data.hex()
    yield secret.encode('utf-16-le', 'surrogatepass').hex()
    yield ''.join(map(str, data))


def _whole_forms(secret: str) -> t.Iterator[str]:
    """:returns: a secret as others write it, without escapes, blanks and letter case."""
    for form in canonical_forms(secret):
        yield form.text
        yield form.text[::-1]
    data = secret.encode('utf-8', 'surrogatepass')
    yield _DROPPED.sub('', base64.b64encode(data).decode('ascii').rstrip('=')).casefold()


def _slices(text: str, size: int) -> t.List[str]:
    return [text[at : at + size] for at in range(len(text) - size + 1)]


def _needles(others: t.Iterable[str]) -> t.Tuple[Needles, ...]:
    """:returns: for the secrets of this process, and for others that are not registered."""
    global _compiled_others
    if len(_compiled.secrets) != len(_known):
        _compiled.add(_known)
    extra = {secret for secret in others if secret} - _known
    if not extra:
        return (_compiled,)
    if _compiled_others.secrets != extra:
        _compiled_others = Needles().add(extra)
    return _compiled, _compiled_others


def _only_own_words(text: str) -> bool:
    return _NATURAL.match(text) is not None and all(
        word in _OWN_WORDS for word in re.findall('[a-z_]+', text.lower())
    )


def _alone(text: str, start: int, end: int) -> bool:
    """:returns: whether this is not a part of a longer word."""
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _found_parts(form: Canonical, sought: t.Iterable[Needles]) -> t.Iterator[t.Tuple[int, int]]:
    bare = _bare(form)
    for needles in sought:
        yield from _found_slices(form, PART, needles.parts)
        yield from _found_slices(bare, PART, needles.bare)
        yield from _found_slices(bare, HEX_PART, needles.digits)


def _found_slices(
    form: Canonical, size: int, wanted: t.Container[str]
) -> t.Iterator[t.Tuple[int, int]]:
    for at, part in enumerate(_slices(form.text, size)):
        if part in wanted:
            yield form.spans[at][0], form.spans[at + size - 1][1]


def _found_words(
    text: str, form: Canonical, needles: Needles, foreign: bool
) -> t.Iterator[t.Tuple[int, int]]:
    """Short secrets count as separate words; those without letters around them anywhere."""
    for word in needles.words:
        at = form.text.find(word)
        while at >= 0:
            start, end = form.spans[at][0], form.spans[at + len(word) - 1][1]
            broken = any(character.isspace() for character in text[start:end])
            anywhere = foreign and not word.isalpha()
            if (anywhere or _alone(text, start, end)) and (foreign or not broken):
                yield start, end
            at = form.text.find(word, at + 1)


def _found_tiny(text: str, needles: Needles) -> t.Iterator[t.Tuple[int, int]]:
    for word in needles.tiny:
        for match in re.finditer(re.escape(word), text, re.IGNORECASE):
            if _alone(text, match.start(), match.end()):
                yield match.span()


def _merged(spans: t.Iterable[t.Tuple[int, int]]) -> t.List[t.Tuple[int, int]]:
    merged: t.List[t.Tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def redact(text: str, *secrets: str, foreign: bool = False) -> str:
    """Replace all secrets in a text, and parts of eight characters of them, by stars.

    :param secrets: values that are not registered. :param foreign: the text comes from outside, so
        that very short secrets and those that are common words are hidden as well.
    :returns: the text; itself where there is nothing to hide.
    """
    if not (_known or secrets) or len(text) < (1 if foreign else SHORTEST_SECRET):
        return text
    sought = _needles(secrets)
    spans: t.Set[t.Tuple[int, int]] = set()
    for form in canonical_forms(text):
        spans.update(_found_parts(form, sought))
        for needles in sought:
            spans.update(_found_words(text, form, needles, foreign))
    hidden = [span for span in _merged(spans) if not _only_own_words(text[span[0] : span[1]])]
    if foreign:
        tiny = [span for needles in sought for span in _found_tiny(text, needles)]
        hidden = _merged(hidden + tiny)
    for start, end in reversed(hidden):
        text = text[:start] + STARS + text[end:]
    return text


# Showing


def printable(text: str) -> str:
    """:returns: a sentence of ours in one line, without secrets and control characters."""
    return redact(_CONTROLS.sub(' ', _SEQUENCE.sub('', text)))


def sanitize(text: t.Any, *secrets: t.Optional[str], limit: int = LONGEST_TEXT) -> str:
    """Make words of a server, host or program fit to be shown.

    :param text: of any type; what is not a str becomes an empty one.
    :param secrets: values that are not registered. :param limit: characters that may be shown.
    :returns: one line without secrets, control characters and names of Java classes.
    """
    if not isinstance(text, str):
        return ''
    hidden = [secret for secret in secrets if secret]
    text = _one_line(text[:_LONGEST_INPUT])
    text = redact(text, *hidden, foreign=True)
    # With the text around it, a class name may be a secret
    text = redact(_one_line(re.sub(_JAVA, '', text)), *hidden, foreign=True)
    return text if len(text) <= limit else text[: limit - 1] + '…'


def _one_line(text: str) -> str:
    return re.sub(r'\s+', ' ', _UNSEEN.sub(' ', _SEQUENCE.sub('', text))).strip()


def in_shape(shape: str, value: t.Any) -> str:
    """Show a word only if it looks as such a word does.

    :param shape: V(edition), V(error code), V(media type), V(scope), or V(version).
    :returns: the value; an empty str where it has another shape or contains a secret.
    """
    if not isinstance(value, str) or not re.fullmatch(_SHAPES[shape], value):
        return ''
    return value if redact(value, foreign=True) == value else ''


def outgoing(value: t.Any, exempt: t.Container[str] = ()) -> t.Any:
    """The exit for results, diffs and warnings: sanitize all text in a value.

    :param value: plain JSON types. :param exempt: names of members, at the top, that are declared
        to contain secrets and stay as they are.
    :returns: the value, in which lines, blanks and numbers are kept.
    """
    if isinstance(value, str):
        more = len(value) - LONGEST_OUTGOING
        if more > 0:
            value = value[:LONGEST_OUTGOING]
        clean = redact(_UNSEEN.sub(' ', _SEQUENCE.sub('', value)))
        if more > 0:
            return '%s… (%d more characters are not shown)' % (clean, more)
        return value if clean == value else clean
    if isinstance(value, dict):
        return {
            outgoing(key): each if key in exempt else outgoing(each) for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [outgoing(each) for each in value]
    return value


# What may be a secret


def control_character_in(text: str) -> t.Optional[str]:
    """Find the first character that no line-based format or header can carry.

    :param text: any str.
    :returns: its code point as C(U+000A), or None. Lone surrogates count (fault T15).
    """
    for character in text:
        if character in _NOT_ALLOWED or '\ud800' <= character <= '\udfff':
            return 'U+%04X' % ord(character)
    return None


def not_a_string(name: str, value: t.Any) -> BadInput:
    """:returns: the error for an option of another type. The message contains nothing of it."""
    return BadInput(
        '%s must be a string, but it is of type %s. Quote it. In a template, ansible-core 2.18 and '
        'older also need the filter string: "{{ name | string }}".' % (name, type(value).__name__)
    )


def check_secret(name: str, value: t.Any) -> str:
    """Refuse what cannot be a real secret, before it is sent or written anywhere.

    :param name: the option's name, for the message.
    :param value: what the user gave.
    :returns: the value as a plain str, without ansible-core's tags.
    :raises BadInput: not a str, empty, a mask, an undecrypted vault value, or one with a control
        character.
    """
    if not isinstance(value, str):
        raise not_a_string(name, value)
    # A plain str: tagged strings of ansible-core 2.19 and newer cannot be dumped everywhere
    value = ''.join(value)
    if not value.strip():
        raise BadInput('%s is empty. Give it a value, or leave the option out.' % name)
    bare = value.strip()
    if bare in MASKS:
        raise BadInput(
            '%s is a placeholder that stands for a hidden secret, not the secret itself. '
            'Take the value from its source, not from a result that was censored.' % name
        )
    if bare.startswith('$ANSIBLE_VAULT;'):
        raise BadInput(
            '%s is still encrypted with Ansible Vault. Give the vault password to this run.' % name
        )
    if '__omit_place_holder__' in value:
        raise BadInput('%s was left out with omit where it is needed. Give it a value.' % name)
    found = control_character_in(value)
    if found:
        raise BadInput(
            '%s contains a control character (%s), which cannot be part of a credential. '
            'A line feed at its end often comes from reading a file: use the trim filter.'
            % (name, found)
        )
    return value


def doubts(secrets: t.Mapping[str, t.Any]) -> t.List[str]:
    """Find what can be a secret, but more often is the trace of a mistake.

    :param secrets: by how messages name it; other types than str have no doubts.
    :returns: sentences.
    """
    found = []
    for name, value in secrets.items():
        bare = value.strip() if isinstance(value, str) else ''
        # The second is also found in texts of which a part was hidden
        if bare and (bare.strip('*') == '' or HIDDEN in bare):
            found.append(
                '%s contains asterisks as they stand for hidden secrets, and is used as it is. If '
                'it comes from a result that was censored, take it from its source.' % name
            )
        elif bare.startswith('{{'):
            found.append(
                '%s begins with "{{", and is used as it is. If it should be a template, check how '
                'the variable is defined: ansible-core has not rendered it.' % name
            )
    return found


def derived_forms(secret: str) -> t.List[str]:
    """:returns: a secret as in URLs, headers and XML, itself first (2.22 masks literals)."""
    # xml.sax.saxutils would do, but its import costs every process some milliseconds
    xml = (
        secret.replace('&', '&amp;')
        .replace('<', '&lt;')
        .replace('>', '&gt;')
        .replace('"', '&quot;')
    )
    forms = [
        secret,
        quote(secret, safe=''),
        xml,
        base64.b64encode(secret.encode('utf-8', 'surrogatepass')).decode('ascii'),
    ]
    return list(dict.fromkeys(forms))


def fingerprint(secret: str) -> str:
    """:returns: the first twelve hexadecimal digits of the SHA-256 of a generated secret.

    Never call it with a person's password: a short hash of a guessable value can be searched.
    """
    return hashlib.sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()[:12]
