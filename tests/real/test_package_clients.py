# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for package clients write, used by the real clients at a real Nexus and at a
real container registry.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.real import servers
from tests.real.conftest import on
from tests.real.test_conformance import send
from tests.sandbox import nexus, package_repositories
from tests.sandbox.package_server import PackageServer, wheel
from tests.support import go_clients, npm_clients, processes, python_clients, registries
from tests.support.package_clients import KINDS, apply
from tests.tools.scratch import BUILD
from tests.unit.modules import test_apt_credential as apt
from tests.unit.modules import test_bundler_credential as bundler
from tests.unit.modules import test_cargo_credential as cargo
from tests.unit.modules import test_composer_credential as composer
from tests.unit.modules import test_gradle_credential as gradle
from tests.unit.modules import test_netrc_credential as netrc

#: The newest whose published core has the formats npm and PyPI.
NEXUS = '3.24.0-01'
PASSWORD = 'p:%+/=#;!x'
LOGIN = {'username': 'ci', 'password': PASSWORD}
#: For names that are not written out
needs = pytest.mark.needs_client


def run(command, home, **more):
    """:returns: whether it succeeded, and what it printed."""
    ran = processes.run(command, home, XDG_RUNTIME_DIR=str(home / 'run'), **more)
    return ran.returncode == 0, ran.stdout + ran.stderr


def delivered(name, path, *entries, **options):
    """Deliver, with a verification. :returns: whether the server accepted the credentials."""
    result = apply(KINDS[name], *entries, path=str(path), verify=True, allow_http=True, **options)
    assert all(entry['effective'] is not False for entry in result['entries']), result
    assert PASSWORD not in repr(result)
    return [one['accepted'] for one in result['verification']] == [True] * len(entries)


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / 'builder'
    (folder / 'run').mkdir(parents=True)
    return folder


@pytest.fixture
def tried(findings):
    """A function that notes what a client of some version did."""

    def note(name, text, sentence):
        version = re.search(r'\d+(\.\d+)+', text)[0]
        findings.note(findings.client(name, version), sentence)

    return note


def ask(live, method, path, body):
    status, text = send(live.url, method, path, json.dumps(body))
    assert status in (200, 204), (path, status, text)
    return text


def hosted(live, kind):
    """Create a repository of a format. :returns: its address."""
    storage = {
        'blobStoreName': 'default',
        'strictContentTypeValidation': True,
        'writePolicy': 'ALLOW',
    }
    wanted = {
        'name': f'packages-{kind}',
        'format': kind,
        'type': 'hosted',
        'recipe': f'{kind}-hosted',
        'online': True,
        'url': '',
        'attributes': {'storage': storage},
    }
    call = {'action': 'coreui_Repository', 'method': 'create', 'type': 'rpc', 'tid': 1}
    answer = ask(live, 'POST', '/service/extdirect', {**call, 'data': [wanted]})
    assert json.loads(answer)['result']['success'], answer
    return f'{live.url}/repository/packages-{kind}'


def refuse_strangers(live, refuse):
    known = {'userId': 'anonymous', 'realmName': 'NexusAuthorizingRealm'}
    ask(live, 'PUT', '/service/rest/beta/security/anonymous', {'enabled': not refuse, **known})


@pytest.fixture(scope='module')
def repositories(live):
    """Repositories of three formats, by format, and a user who has no other rights."""
    security = '/service/rest/beta/security'
    urls = {kind: hosted(live, kind) for kind in ('npm', 'pypi', 'raw')}
    role = {'id': 'packagers', 'name': 'packagers', 'description': '', 'roles': []}
    rights = [f'nx-repository-view-{kind}-packages-{kind}-*' for kind in urls]
    ask(live, 'POST', f'{security}/roles', {**role, 'privileges': rights})
    user = {'userId': 'ci', 'firstName': 'c', 'lastName': 'i', 'emailAddress': 'ci@example.org'}
    user.update(status='active', roles=['packagers'], password=PASSWORD)
    ask(live, 'POST', f'{security}/users', user)
    realms = ['NexusAuthenticatingRealm', 'NexusAuthorizingRealm', 'NpmToken']
    ask(live, 'PUT', f'{security}/realms/active', realms)
    refuse_strangers(live, True)
    try:
        for path in ('npm/a-package', 'pypi/simple/', 'raw/a-file'):
            with pytest.raises(urllib.error.HTTPError, match='401'):
                urllib.request.urlopen(f'{live.url}/repository/packages-{path}', timeout=30)
        yield urls
    finally:
        refuse_strangers(live, False)
        ask(live, 'PUT', f'{security}/realms/active', realms[:2])


def npm_token(url):
    """Log in as C(npm login) does. :returns: the bearer token."""
    login = {'_id': 'org.couchdb.user:ci', 'name': 'ci', 'password': PASSWORD}
    request = urllib.request.Request(
        f'{url}/-/user/org.couchdb.user:ci',
        json.dumps(login).encode(),
        {'Content-Type': 'application/json'},
        method='PUT',
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)['token']


BUN = ['install', '--lockfile-only', '--no-cache']


@on(NEXUS)
@pytest.mark.needs_client('node', 'npm')
def test_the_programs_of_the_npm_family_at_a_real_nexus(
    live, repositories, home, sandbox, tried, findings
):
    npm_clients.install()
    npm_clients.install_bun()
    url, nexus = repositories['npm'] + '/', f'a real Nexus {live.version.partition("-")[0]}'
    entry = {'url': url, 'set_registry': True, 'always_auth': True}
    package = home / 'a-package'
    package.mkdir()
    (package / 'package.json').write_text('{"name": "a-package", "version": "1.0.0"}')
    assert delivered('npm_credentials', home / '.npmrc', {**entry, **LOGIN})
    ran = npm_clients.run('npm12', home, sandbox.ca_path, 'publish', str(package))
    assert ran.returncode == 0, ran.stderr

    def get(name, kind, path, wanted, arguments):
        folder = path.parent
        assert delivered(kind, path, {**wanted, **LOGIN})
        version = npm_clients.run(name, folder, sandbox.ca_path, '--version').stdout
        if kind == 'yarn_credentials':
            (folder / 'project/yarn.lock').touch()  # what yarn takes for a project
        ran = npm_clients.run(name, folder, sandbox.ca_path, *arguments)
        assert ran.returncode == 0, (name, ran.stdout, ran.stderr)
        locks = [*(folder / 'project').glob('*lock*')]
        assert any('a-package' in lock.read_text() for lock in locks)
        sentence = f'{kind.removesuffix("s")}: gets packages from {nexus}'
        tried(re.sub(r'\d+$', '', name), version, sentence)

    for name, arguments in {**npm_clients.GET, 'bun': BUN}.items():
        (home / name).mkdir()
        get(name, 'npm_credentials', home / name / '.npmrc', entry, arguments)
    yarn = {'url': url, 'set_registry': True}
    # yarn 4 gets no package that is new
    for name, more in {'yarn3': '', 'yarn4': 'npmMinimalAgeGate: 0\n'}.items():
        path = home / name / '.yarnrc.yml'
        path.parent.mkdir()
        path.write_text(f'{more}enableTelemetry: false\nunsafeHttpWhitelist: ["127.0.0.1"]\n')
        get(name, 'yarn_credentials', path, yarn, ['install', '--no-immutable'])
        assert not delivered('yarn_credentials', path, {**yarn, **LOGIN, 'password': 'wrong'})
        ran = npm_clients.run(name, path.parent, sandbox.ca_path, 'npm', 'info', 'a-package')
        assert ran.returncode != 0 and 'nvalid' in ran.stdout, ran.stdout
    bearer = {**entry, 'access_token': npm_token(repositories['npm'])}
    assert delivered('npm_credentials', home / '.npmrc', bearer)
    ran = npm_clients.run('npm12', home, sandbox.ca_path, 'whoami')
    assert ran.stdout.strip() == 'ci', ran.stderr
    for wrong in ({'access_token': 'NpmToken.wrong'}, {'username': 'ci', 'password': 'wrong'}):
        assert not delivered('npm_credentials', home / '.npmrc', {**entry, **wrong})
        ran = npm_clients.run('npm12', home, sandbox.ca_path, 'view', 'a-package')
        assert ran.returncode != 0 and 'E401' in ran.stderr
    findings.note(
        live.system,
        "npm_credential: npm publishes and npm, pnpm, yarn 1 and bun download with a local user's "
        'name and password, and npm with a bearer token of npm login; wrong ones are reported',
    )
    findings.note(
        live.system,
        "yarn_credential: yarn 3 and 4 download with a local user's name and password; a wrong one "
        'is reported',
    )


@on(NEXUS)
@pytest.mark.needs_client('curl', 'wget')
def test_the_clients_of_python_and_of_netrc_at_a_real_nexus(
    live, repositories, home, tried, findings
):
    python_clients.install()
    url, raw = repositories['pypi'], repositories['raw']
    nexus = f'a real Nexus {live.version.partition("-")[0]}'
    package = home / 'demo-1.0-py3-none-any.whl'
    package.write_bytes(wheel('demo'))
    python = sys.executable

    def use(name, *arguments, **more):
        printed = python_clients.run(name, home, *arguments, **more)
        assert PASSWORD not in printed
        return printed

    wanted = {'name': 'company', 'url': f'{url}/', 'verify_url': f'{url}/simple/'}
    assert delivered('pypirc_credentials', home / '.pypirc', {**wanted, **LOGIN})
    printed = use('twine', 'upload', '--non-interactive', '-r', 'company', package)
    assert 'rror' not in printed, printed
    tried('twine', use('twine', '--version'), f'pypirc_credential: uploads to {nexus}')

    store = home / '.local/share/uv/credentials/credentials.toml'
    assert delivered('uv_credentials', store, {'url': url, **LOGIN})
    arguments = ['pip', 'install', '--target', home / 'uv', '--no-cache', '--python', python]
    printed = use('uv', *arguments, 'demo', UV_DEFAULT_INDEX=f'{url}/simple')
    assert (home / 'uv/demo.py').exists(), printed
    tried('uv', use('uv', '--version'), f'uv_credential: gets packages from {nexus}')

    login = {'name': 'my-source', 'verify_url': f'{url}/simple/', **LOGIN}
    assert delivered('poetry_credentials', home / '.config/pypoetry/auth.toml', login)
    (home / 'pyproject.toml').write_text(python_clients.POETRY_PROJECT % url)
    printed = use('poetry', 'lock', '--no-cache')
    assert 'demo' in (home / 'poetry.lock').read_text(), printed
    tried('poetry', use('poetry', '--version'), f'poetry_credential: gets packages from {nexus}')

    wanted, config = {'url': f'{url}/simple', 'set_index': 'index'}, home / '.config/pip/pip.conf'
    for via in ('url', 'netrc'):
        config.unlink(missing_ok=True)
        path = config if via == 'url' else home / '.netrc'
        options = {} if via == 'url' else {'config_path': str(config)}
        assert delivered('pip_credentials', path, {**wanted, **LOGIN}, via=via, **options)
        printed = use('pip', 'download', '--no-deps', '--no-cache-dir', '-d', home / via, 'demo')
        assert (home / via / package.name).exists(), printed
    tried('pip', use('pip', '--version'), f'pip_credential: gets packages from {nexus}')

    source = f'[[source]]\nurl = "{url}/simple"\nverify_ssl = false\nname = "company"\n'
    (home / 'Pipfile').write_text(source + '[packages]\ndemo = "*"\n')
    printed = use('pipenv', 'lock', PIPENV_PYTHON=python)
    assert 'demo' in (home / 'Pipfile.lock').read_text(), printed
    tried('pipenv', use('pipenv', '--version'), f'pip_credential: gets packages from {nexus}')

    entry = {'host': '127.0.0.1', 'verify_url': f'{raw}/a-file'}
    package.with_name('a-file').write_text('hello\n')
    command = ['curl', '-q', '-s', '-S', '-f', '-n', '-T', home / 'a-file', f'{raw}/a-file']
    assert run(command, home)[0]
    assert delivered('netrc_credentials', home / '.netrc', {**entry, **LOGIN})
    for name, options in {
        'curl': ['-q', '-s', '-S', '-f', '-n'],
        'wget': ['-q', '-O', '-'],
    }.items():
        assert run([name, *options, f'{raw}/a-file'], home) == (True, 'hello\n')
        version = run([name, '--version'], home)[1]
        tried(name, version, f'netrc_credential: gets files from {nexus}')

    assert not delivered('netrc_credentials', home / '.netrc', {**entry, **LOGIN, 'password': 'x'})
    assert not run(command, home)[0]
    printed = use('pip', 'download', '--no-deps', '--no-cache-dir', '-d', home / 'wrong', 'demo')
    assert not (home / 'wrong').exists() or not any((home / 'wrong').iterdir()), printed
    findings.note(
        live.system,
        'Python packages: twine uploads, and pip, pipenv, uv and poetry download, with a local '
        "user's name and password; a wrong one is reported",
    )
    findings.note(
        live.system,
        "netrc_credential: curl and wget download with a local user's name and password; a wrong "
        'one is reported',
    )


#: By program: the format of the file, and the arguments with which it uses what the file has.
CONTAINERS = {
    'skopeo': ('containers', ['inspect', '--tls-verify=false', 'docker://{image}']),
    'buildah': ('containers', ['login', '--tls-verify=false', '{host}']),
    'podman': ('containers', ['login', '--tls-verify=false', '{host}']),
    'docker': ('docker', ['manifest', 'inspect', '--insecure', '{image}']),
    'crane': ('docker', ['manifest', '--insecure', '{image}']),
    'oras': ('docker', ['manifest', 'fetch', '--plain-http', '{image}']),
}
FILES = {'docker': '.docker/config.json', 'containers': '.config/containers/auth.json'}


def image(folder):
    """Write an image as a folder that skopeo copies from."""
    folder.mkdir()
    kind, manifest = package_repositories.find('docker', 'docker/hello/manifests/1.0', '', '')
    (folder / 'manifest.json').write_bytes(manifest)
    (folder / 'version').write_text('Directory Transport Version: 1.1\n')
    described = json.loads(manifest)
    for part in (described['config'], *described['layers']):
        path = f'docker/hello/blobs/{part["digest"]}'
        content = package_repositories.find('docker', path, '', '')[1]
        (folder / part['digest'].partition(':')[2]).write_bytes(content)
    return folder


@pytest.fixture(scope='module')
def registry(tmp_path_factory):
    with servers.docker_registry(tmp_path_factory.mktemp('registry')) as started:
        yield started


@pytest.mark.needs_client('docker-registry', 'skopeo')
@pytest.mark.parametrize('name', [pytest.param(name, marks=needs(name)) for name in CONTAINERS])
def test_container_clients_at_a_real_registry(registry, home, tried, findings, name):
    form, arguments = CONTAINERS[name]
    program, version = name, '--version'
    if name in go_clients.PACKAGES:
        program, version = go_clients.install() / name, 'version'
    host = registry.url.partition('://')[2]
    places = {'host': host, 'image': f'{host}/team/hello:1.0'}
    command = [program, *(part.format(**places) for part in arguments)]
    entry, file = {'registry': registry.url}, home / FILES[form]
    file.parent.mkdir(parents=True)
    assert not run(command, home)[0]
    assert delivered('docker_credentials', file, {**entry, **LOGIN}, format=form)
    push = ['skopeo', 'copy', '--insecure-policy', '--dest-tls-verify=false', '--authfile', file]
    pushed = run([*push, f'dir:{image(home / "image")}', f'docker://{places["image"]}'], home)
    assert pushed[0], pushed
    done = run(command, home)
    assert done[0], done
    assert not delivered(
        'docker_credentials', file, {**entry, **LOGIN, 'password': 'x'}, format=form
    )
    assert not run(command, home)[0]
    sentence = 'docker_credential: is accepted by a real registry with a password'
    tried(name, run([program, version], home)[1], sentence)
    system = findings.system(registry.name, registry.version)
    findings.note(
        system,
        'docker_credential: an image is pushed and read with a user name and a password, in both '
        'formats; a wrong password is reported',
    )


def _git(sandbox, folder):
    with PackageServer(['basic ci:pass/w+rd%']) as server:
        netrc.test_F11_curl_and_git_send_what_was_delivered(folder, server)


def _apt(sandbox, folder):
    with PackageServer(['basic ci:pass/w+rd%']) as server:
        apt.test_apt_sends_what_was_delivered(folder, server)


def _bundler(sandbox, folder):
    path = folder / 'home/.bundle/config'
    bundler.test_F42_bundler_sends_what_was_delivered(sandbox, path, True)


def _gem(sandbox, folder):
    path = folder / 'home/.bundle/config'
    bundler.test_F43_gem_push_sends_what_was_delivered(sandbox, path, folder)


def _composer(sandbox, folder):
    path = folder / 'home/.config/composer/auth.json'
    composer.test_F44_composer_sends_what_was_delivered(sandbox, path)


def _cargo(sandbox, folder):
    (folder / 'home/.cargo').mkdir(parents=True)
    cargo.test_F40_cargo_sends_what_was_delivered(sandbox, folder / 'home/.cargo')


def _java(sandbox, folder):
    gradle.test_F38_java_reads_the_credentials_and_only_one_kind_of_them(folder)


#: By name in the documentation: the program that is asked for its version, what is repeated, and
#: what it shows.
REPEATED = {
    'git': ('git', _git, 'netrc_credential: sends the password to a stand-in'),
    'apt': ('apt-get', _apt, 'netrc_credential: sends the password to a stand-in'),
    'Bundler': ('bundle', _bundler, 'bundler_credential: sends passwords to a stand-in'),
    'gem push': (
        'gem',
        _gem,
        'bundler_credential: sends passwords and bearer tokens to a stand-in',
    ),
    'Composer': (
        'composer',
        _composer,
        'composer_credential: sends passwords and bearer tokens to a stand-in',
    ),
    'Cargo': ('cargo', _cargo, 'cargo_credential: sends both kinds of tokens to a stand-in'),
    'java.util.Properties': (
        'java',
        _java,
        'gradle_credential: reads names, passwords and headers as they were given',
    ),
}


@pytest.mark.needs_client('git', 'curl', 'apt-get', 'bundle', 'ruby', 'composer', 'cargo', 'java')
@pytest.mark.parametrize('name', REPEATED)
def test_other_clients_at_stand_ins(sandbox, tmp_path, tried, name):
    program, repeat, sentence = REPEATED[name]
    repeat(sandbox, tmp_path)
    if name != 'Cargo':
        tried(name, run([program, '--version'], tmp_path)[1], sentence)
    elif cargo.has_providers():  # an older one sends no token
        tried(name, cargo.run('--version'), sentence)


GO = {'list': b'v1.0.0\n', 'mod': b'module example.com/hello\n'}


@pytest.mark.needs_client('go')
def test_go_at_a_stand_in(sandbox, home, tried):
    """Go sends what netrc has only over https, and only for the host with its port."""

    def app(environ, start_response):
        good = environ.get('HTTP_AUTHORIZATION') == basic_authorization('ci', PASSWORD)
        start_response('200 OK' if good else '401 Unauthorized', [('Content-Type', 'text/plain')])
        kind = environ['PATH_INFO'].rpartition('/')[2].rpartition('.')[2]
        return [GO.get(kind, b'{"Version": "v1.0.0"}') if good else b'']

    url = sandbox.serve(app).url
    port = int(url.rpartition(':')[2])
    entry = {'host': '127.0.0.1', 'port': port, **LOGIN}
    result = apply(KINDS['netrc_credentials'], entry, path=str(home / '.netrc'))
    assert result['changed'] and not result.get('failed')
    more = {
        'GOPROXY': url,
        'GOPATH': str(home / 'go'),
        'GOFLAGS': '-mod=mod',
        'GONOSUMDB': '*',
        'SSL_CERT_FILE': str(sandbox.ca_path),
    }
    done = run(['go', 'list', '-m', '-versions', 'example.com/hello'], home, **more)
    assert done[0] and 'v1.0.0' in done[1], done
    version = run(['go', 'version'], home, **more)[1]
    tried('Go', version, 'netrc_credential: gets lists of versions from a stand-in')


GRADLE = """
repositories { maven { repository ->
    url '%s'
    // Gradle 7 and newer
    if (repository.hasProperty('allowInsecureProtocol')) repository.allowInsecureProtocol = true
    credentials { username companyUsername; password companyPassword }
} }
configurations { one }
dependencies { one 'org.example.buildops:hello:1.0.0@jar' }
task get { doLast { println configurations.one.files + ['Gradle', gradle.gradleVersion] } }
"""


@pytest.mark.needs_client('gradle')
def test_gradle_at_a_stand_in(sandbox, home, tried):
    app = nexus.create_app('3.90.1', users={'ci': PASSWORD})
    url = sandbox.serve(app, tls=False).url + '/repository/private/'
    (home / 'build.gradle').write_text(GRADLE % url)
    path = home / '.gradle/gradle.properties'
    command = ['gradle', '--no-daemon', '--console=plain', 'get']
    for password in ('an0ther-one', PASSWORD):
        entry = {'name': 'company', 'username': 'ci', 'password': password}
        apply(KINDS['gradle_credentials'], entry, path=str(path))
        done = run(command, home, GRADLE_USER_HOME=str(path.parent))
        assert done[0] is (password == PASSWORD) and password not in done[1], done
    assert 'hello-1.0.0.jar' in done[1]
    shown = re.search(r'Gradle, [\d.]+', done[1])[0]
    tried('Gradle', shown, 'gradle_credential: gets files from a stand-in')


NUGET = """<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources><clear /><add key="My Src" value="%s/nuget/" /></packageSources>
</configuration>
"""


@pytest.mark.needs_client('mono', 'npm')
def test_nuget_at_a_stand_in(home, tried):
    modules = registries.npm(BUILD / 'cache/nuget', ['nuget-exe@5.8.0'])
    nuget = ['mono', modules / 'nuget-exe/nuget-5.8.0.exe']
    with PackageServer([f'basic ci:{PASSWORD}']) as server:
        path = home / '.config/NuGet/NuGet.Config'
        path.parent.mkdir(parents=True)
        path.write_text(NUGET % server.url)
        entry = {'name': 'My Src', **LOGIN}
        apply(KINDS['nuget_credentials'], entry, path=str(path))
        done = run([*nuget, 'list', 'hello', '-Source', 'My Src', '-NonInteractive'], home)
        assert f'basic ci:{PASSWORD}' in server.sent(), done
    version = run([*nuget, 'help'], home)[1]
    tried('NuGet', version, 'nuget_credential: sends passwords to a stand-in')
