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

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import docker_config
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
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
        new, changes = docker_config.edit(
            content, [self._entry(wanted) for wanted in self.wanted], self.path
        )
        return Edited(new, changes, self._ignored(new))

    def _entry(self, wanted: Wanted) -> docker_config.Entry:
        key, secret = self.key(wanted), str(wanted.secret)
        if not wanted.present:
            return docker_config.Entry(key)
        if self._is_registry_token(wanted):
            return docker_config.Entry(key, 'registrytoken', secret)
        return docker_config.Entry(key, 'auth', docker_config.basic(str(wanted.username), secret))

    def _ignored(self, content: t.Optional[bytes]) -> t.List[str]:
        """Return warnings: programs that are asked instead, which the task ignores."""
        if self.params['credential_store'] == 'fail':
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
            program = config.helper(self.key(wanted))
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
                        'Remove credsStore or credHelpers, use "docker login", or set '
                        'credential_store to ignore' % program
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
        found = docker_config.Config(content, self.path).credential(key)
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
