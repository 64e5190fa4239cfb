# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Docker, and the programs that read its file; Podman, Buildah and Skopeo with theirs."""

from __future__ import annotations

import os
import re
import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import docker_config
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Options,
    Request,
    Verdict,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    normalize_url,
    parse_url,
    require_https,
)

PATHS = {'docker': '.docker/config.json', 'containers': '.config/containers/auth.json'}
HUB_SERVER = 'https://registry-1.docker.io'
# Parent of the folders in which logins of Podman are until the machine starts again
RUNTIME = '/run'
_PARAMETER = re.compile(r'([a-z]+)="([^"\\]*)"')


class Docker(Client):
    """A file of each of the two formats looks the same. Docker also asks programs for secrets."""

    BEARER_USERNAME = 'oauth2'

    def __init__(self, params: Options) -> None:
        super().__init__(params)
        self._read_back: t.Dict[str, t.Tuple[str, str]] = {}

    @property
    def containers(self) -> bool:
        return self.params['format'] == 'containers'

    def default_path(self) -> str:
        return os.path.join(home_folder(), PATHS[self.params['format']])

    def key(self, entry: Wanted) -> t.Any:
        return docker_config.key_of(entry.options['registry'], self.containers)

    def check(self, entry: Wanted) -> None:
        if self.containers and self._is_registry_token(entry):
            raise BadInput(
                'bearer_as for %s is registrytoken, which Podman, Buildah and Skopeo do not read. '
                'Set it to password, if the registry accepts the token as one.' % entry.name
            )

    def _is_registry_token(self, entry: Wanted) -> bool:
        return entry.bearer and entry.options['bearer_as'] == 'registrytoken'

    def edit(self, content: t.Optional[bytes]) -> Edited:
        programs = self._programs(content)
        new, changes = docker_config.edit(
            content,
            [self._entry(wanted, key in programs) for key, wanted in self._by_key()],
            self.path,
        )
        return Edited(new, changes, self._ignored(new))

    def _by_key(self) -> t.Iterator[t.Tuple[str, Wanted]]:
        return ((self.key(wanted), wanted) for wanted in self.wanted)

    def _entry(self, wanted: Wanted, outside: bool) -> docker_config.Entry:
        key, secret = self.key(wanted), str(wanted.secret)
        if not wanted.present:
            return docker_config.Entry(key)
        if outside:
            return docker_config.Entry(key, '')
        if self._is_registry_token(wanted):
            return docker_config.Entry(key, 'registrytoken', secret)
        return docker_config.Entry(key, 'auth', docker_config.basic(str(wanted.username), secret))

    def keeps_outside(self) -> bool:
        return bool(self.params['credential_store'] == 'use')

    def _programs(self, content: t.Optional[bytes]) -> t.Dict[str, str]:
        """Return the programs that shall keep credentials, by key."""
        if not self.keeps_outside():
            return {}
        config = docker_config.Config(content, self.path)
        found = {key: self._program(config, key, wanted) for key, wanted in self._by_key()}
        return {key: program for key, program in found.items() if program is not None}

    def _program(self, config: docker_config.Config, key: str, wanted: Wanted) -> t.Optional[str]:
        """:raises FileProblem: the program would not be asked, or could not keep the credential."""
        host, helpers = self._host(key), config.helpers
        program, misspelled = config.helper(host), None
        if host not in helpers:
            misspelled = next(
                (helpers[name] for name in helpers if docker_config.same(name, host)), None
            )
        if misspelled:
            program, reason = misspelled, '%s is looked for in credHelpers. Correct it there' % host
        elif program is None:
            return None
        elif self.containers and (host not in helpers or key != host):
            reason = (
                'Podman, Buildah and Skopeo ask it only if credHelpers names it for %s, and for a '
                'registry without a path. Correct this, or set credential_store to ignore' % host
            )
        elif self._is_registry_token(wanted) or (wanted.present and wanted.username == '<token>'):
            reason = (
                'it keeps no registrytoken, and with the user name <token> the secret is an '
                'identity token. Correct bearer_as or username'
            )
        else:
            return program
        if not wanted.present:  # so there is nothing to remove
            return None
        raise FileProblem(
            '%s names docker-credential-%s, which is not given the credential for %s: %s.'
            % (self.path, program, wanted.name, reason)
        )

    def _host(self, key: str) -> str:
        """Return for what a program is asked."""
        return key.partition('/')[0] if self.containers else key

    def keep_outside(
        self, content: t.Optional[bytes], changes: t.Sequence[t.List[str]], check_mode: bool
    ) -> t.Dict[int, str]:
        names = self._programs(content)
        if not names:
            return {}
        # Here, since most runs need no program
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import (
            credential_program,
        )

        programs = {key: credential_program.Program(name, self.path) for key, name in names.items()}
        # All are asked before one is changed
        current = {key: program.get(key) for key, program in programs.items()}
        shadowed = {}
        for number, (key, wanted) in enumerate(self._by_key()):
            if key not in programs:
                continue
            login = (str(wanted.username), str(wanted.secret)) if wanted.present else None
            found = current[key]
            if found != login:
                if not check_mode:
                    programs[key].put(key, login)
                changes[number].append('secret' if found and login else 'entry')
                found = login if check_mode else programs[key].read_back(key, login)
            if found != login:
                shadowed[number] = (
                    'after "store", docker-credential-%s has another credential for it, or none. '
                    'Correct or update that program' % names[key]
                )
            elif login:
                self._read_back[key] = ('auth', docker_config.basic(*login))
        return shadowed

    def _ignored(self, content: t.Optional[bytes]) -> t.List[str]:
        """Return warnings: programs that are asked instead, which the task ignores."""
        if self.params['credential_store'] != 'ignore':
            return []
        return [
            'Where docker-credential-%s is installed, Docker asks it for %s and does not read %s.'
            % (program, wanted.name, self.path)
            for wanted, program in self._helpers(content)
            if wanted.present
        ]

    def _helpers(self, content: t.Optional[bytes]) -> t.Iterator[t.Tuple[Wanted, str]]:
        config = docker_config.Config(content, self.path)
        for wanted in self.wanted:
            program = config.helper(self._host(self.key(wanted)))
            if program:
                yield wanted, program

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        numbers = {id(wanted): number for number, wanted in enumerate(self.wanted)}
        found: t.Dict[int, str] = {}
        if self.params['credential_store'] == 'fail':
            for wanted, program in self._helpers(content):
                if wanted.present:
                    found[numbers[id(wanted)]] = (
                        'the file names the program docker-credential-%s, which is asked instead. '
                        'Set credential_store to use or ignore, or remove credsStore or '
                        'credHelpers' % program
                    )
        own = docker_config.Config(content, self.path)
        for path, config in self._logins():
            for number, wanted in enumerate(self.wanted):
                key = self.key(wanted)
                if wanted.present and config.credential(key) not in (None, own.credential(key)):
                    found[number] = (
                        '%s has another login for it, which is used first. Log out with "podman '
                        'logout" or remove it there' % path
                    )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        return [
            '%s still has a login for %s.' % (path, wanted.name)
            for path, config in self._logins()
            for wanted in self.wanted
            if not wanted.present and config.credential(self.key(wanted))
        ]

    def _logins(self) -> t.Iterator[t.Tuple[str, docker_config.Config]]:
        """Yield the files that are read before this one."""
        if not self.containers or not self.path.endswith(os.sep + PATHS['containers']):
            return
        user = str(os.geteuid())
        for parts in (('user', user, 'containers'), ('containers', user)):
            path = os.path.join(RUNTIME, *parts, 'auth.json')
            content = read_private(path).content
            if content is not None:
                yield path, docker_config.Config(content, path)

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        key = self.key(entry)
        in_file = docker_config.Config(content, self.path).credential(key)
        found = self._read_back.get(key, in_file)
        header = docker_config.authorization(found) if found else None
        if header is None:
            return None
        return Request(entry.options['verify_url'] or self._address(entry), header)

    def _address(self, entry: Wanted) -> str:
        registry = str(entry.options['registry'])
        if docker_config.same(self.key(entry), docker_config.HUB):
            return HUB_SERVER + '/v2/'
        text = registry if '://' in registry else 'https://' + registry
        address = parse_url(text, 'registry')
        host = '[%s]' % address.host if ':' in address.host else address.host
        port = '' if address.port is None else ':%d' % address.port
        return '%s://%s%s/v2/' % (address.scheme, host, port)

    def ask(self, request: Request, trust: t.Any, timeout: float) -> Verdict:
        """Registries ask for a token of another server, which is where the password is checked."""
        from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import (
            NoAnswer,
            get,
        )

        try:
            challenges = get(request.url, None, trust, timeout).challenges
        except NoAnswer as problem:
            return False, str(problem)
        scheme, _blank, rest = challenges.partition(' ')
        parameters = dict(_PARAMETER.findall(rest))
        if scheme.lower() == 'bearer' and request.authorization.startswith('Basic '):
            try:
                # http is for networks where both the task and the registry use it
                allow_http = self.params['allow_http'] and request.url.startswith('http:')
                realm = normalize_url(parameters.get('realm'), allow_http, 'realm')
            except BadInput as problem:
                return (
                    None,
                    'the registry names no server for tokens that can be used: %s' % problem,
                )
            service = quote(parameters.get('service', ''), safe='')
            request = Request('%s?service=%s' % (realm, service), request.authorization)
        return super().ask(request, trust, timeout)


def check_registry(registry: str, containers: bool, allow_http: bool) -> None:
    """Refuse what is not a registry. :raises BadInput: with the reason."""
    docker_config.key_of(registry, containers)
    if '://' in registry:
        require_https(parse_url(registry, 'registry'), allow_http, 'registry')
