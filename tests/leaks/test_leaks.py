# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is seen: not on the terminal at -vvvv --diff, not by callbacks, not in logs, command lines, environments or files that stay behind."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.sandbox import nexus
from tests.sandbox.serving import faults

from .search import WORDS, Search, Watch

PASSWORD, WRONG, ADMIN = 'pers0n-' + WORDS + '-password', 'wr0ng-' + WORDS + '-password', 'adm1n-' + WORDS + '-password'
# What plugins raise when something breaks that nobody thought of, with a secret in the text and in the cause
SITE = """
import os
if os.environ.get('BREAK'):
    import requests
    with open(os.environ['BREAK_WITH']) as file:
        secret = file.read()
    def broken(*arguments, **options):
        try:
            raise KeyError(secret)
        except KeyError as cause:
            raise ValueError('it broke with ' + secret) from cause
    if os.environ['BREAK'] == 'request':
        requests.Session.request = broken
    else:
        requests.Session.__init__ = broken
"""


class Stage:
    """A Nexus whose secrets are known, an inventory that holds them, and all places where they must not turn up."""

    def __init__(self, sandbox, run_playbook, folder, tmp):
        app = nexus.create_app('3.97.0', users={
            'ci': nexus.User(PASSWORD), 'bob': nexus.User(PASSWORD), 'admin': nexus.User(ADMIN, admin=True), 'sam': nexus.User(None, source='SAML')})
        self.secrets = {'password': PASSWORD, 'wrong password': WRONG, 'administrator': ADMIN}
        self._keep(app, 'issue_ticket', lambda ticket: {'ticket %d' % len(self.secrets): ticket})
        self._keep(app, 'create_token', lambda token: {'pass code %d' % len(self.secrets): token.pass_code})
        self.server = sandbox.serve(app)
        self.run_playbook, self.folder, self.tmp = run_playbook, folder, tmp
        person = {'type': 'nexus_user_token', 'url': self.server.url, 'ca_path': str(sandbox.ca_path), 'username': 'ci', 'password': '{{ person_password }}'}
        self.variables = {
            'ansible_connection': 'local', 'ansible_python_interpreter': '{{ ansible_playbook_python }}', 'folder': str(folder / 'work'),
            'person_password': PASSWORD, 'wrong_password': WRONG, 'admin_password': ADMIN, 'nexus_url': self.server.url, 'ca': str(sandbox.ca_path),
            'token_sources': {
                'company': person, 'refused': dict(person, username='bob', password='{{ wrong_password }}'),
                'misspelt': dict(person, pasword='{{ wrong_password }}'), 'masked': dict(person, password='********'),
                'gone': dict(person, url='https://127.0.0.1:1', retries=0), 'broken': dict(person, username='bob', cache='none'),
            },
        }
        (folder / 'work').mkdir()
        (folder / 'site').mkdir()
        (folder / 'site/sitecustomize.py').write_text(SITE)
        (folder / 'secret').write_text(WRONG)

    def _keep(self, app, name, describe):
        original = getattr(app, name)

        def keeping(*arguments):
            result = original(*arguments)
            self.secrets.update(describe(result))
            return result
        setattr(app, name, keeping)

    def play(self, tasks, *arguments, hosts=1, **env):
        """Run tasks and search everywhere. :returns: the run, and what was found."""
        plays = [{'hosts': 'all', 'gather_facts': False, 'tasks': tasks, 'module_defaults': {'group/buildops.tokens.tokens': {
            'url': '{{ nexus_url }}', 'ca_path': '{{ ca }}', 'username': 'ci', 'password': '{{ person_password }}', 'retries': 0}}}]
        log, junit, tree = self.folder / 'ansible.log', self.folder / 'junit', self.folder / 'tree'
        environment = {
            'ANSIBLE_LOG_PATH': str(log), 'ANSIBLE_CALLBACKS_ENABLED': 'events,junit,tree', 'JUNIT_OUTPUT_DIR': str(junit),
            'ANSIBLE_CALLBACK_TREE_DIR': str(tree), 'PYTHONPATH': str(self.folder / 'site'), 'BREAK_WITH': str(self.folder / 'secret'),
            'TMPDIR': str(self.tmp)}
        inventory = {'all': {'hosts': {'host%d' % number: {} for number in range(hosts)}, 'vars': self.variables}}
        with Watch() as watch:
            run = self.run_playbook(plays, inventory, '-vvvv', '--diff', *arguments, env=dict(environment, **env))
        search = Search(self.secrets)
        search.text('the output', run.output)
        search.text('an event', json.dumps(run.events, default=repr))
        search.text('an event', repr(run.events))
        search.text('the log', log.read_bytes())
        for line in watch.seen:
            search.text('a command line or environment', line)
        for folder in (junit, tree, run.home, self.tmp, self.folder / 'work'):
            if folder.exists():
                search.tree(folder, but=(self.folder / 'work/settings.xml', self.folder / 'work/git-credentials'))
        assert watch.seen and log.stat().st_size > 1000 and run.events, run.output
        return run, search.hits


@pytest.fixture
def stage(sandbox, run_playbook, tmp_path):
    with TemporaryDirectory() as tmp:
        yield Stage(sandbox, run_playbook, tmp_path, Path(tmp))


def task(name, module='buildops.tokens.nexus_user_token', arguments=None, **keywords):
    return dict({'name': name, module: arguments or {}}, **keywords)


def lookup(name, *options):
    return "lookup('buildops.tokens.token', '%s'%s)" % (name, ''.join(', ' + option for option in options))


FORGIVEN = {'ignore_errors': True}
WORK = [
    task('Get', register='first'),
    task('Get again'),
    task('Get for many', arguments={'username': '{{ item }}'}, loop=['ci', 'bob']),
    task('Get until', register='got', until='got is changed', retries=1, delay=0, **FORGIVEN),
    task('Replace', arguments={'regenerate': 'always'}),
    task('For another', arguments={'username': 'admin', 'password': '{{ admin_password }}', 'user_id': 'sam', 'realm': 'SAML'}),
    task('For another again', arguments={'username': 'admin', 'password': '{{ admin_password }}', 'user_id': 'sam', 'realm': 'SAML'}),
    task('Elsewhere', arguments={'url': '{{ nexus_url }}', 'ca_path': '{{ ca }}', 'username': 'ci', 'password': '{{ person_password }}'},
         delegate_to='host0', register='elsewhere'),
    task('Elsewhere refused', arguments={'url': '{{ nexus_url }}', 'ca_path': '{{ ca }}', 'username': 'bob', 'password': '{{ wrong_password }}'},
         delegate_to='host0', **FORGIVEN),
    task('By name', 'buildops.tokens.token_source', {'name': 'company'}),
    task('Tell', 'buildops.tokens.nexus_user_token_info'),
    task('Tell elsewhere', 'buildops.tokens.nexus_user_token_info', {
        'url': '{{ nexus_url }}', 'ca_path': '{{ ca }}', 'username': 'ci', 'password': '{{ person_password }}'}, delegate_to='host0'),
    task('Look up', 'ansible.builtin.assert', {'that': lookup('company') + ".kind == 'basic'"}),
    task('Look up a part', 'ansible.builtin.debug', {'msg': '{{ %s }}' % lookup('company', "query='fingerprint'")}),
    task('Deliver to Maven', 'buildops.tokens.maven_server', {'path': '{{ folder }}/settings.xml', 'servers': [{'id': 'company', 'token': 'company'}]}),
    task('Deliver to Maven again', 'buildops.tokens.maven_server', {'path': '{{ folder }}/settings.xml', 'servers': [{'id': 'company', 'token': 'company'}]}),
    task('Deliver one to Maven', 'buildops.tokens.maven_server', {
        'path': '{{ folder }}/settings.xml', 'id': '{{ item }}', 'username': 'ci', 'password': '{{ person_password }}'}, loop=['one', 'two']),
    task('Change one', 'buildops.tokens.maven_server', {
        'path': '{{ folder }}/settings.xml', 'id': 'one', 'username': 'ci', 'password': '{{ wrong_password }}'}),
    task('Deliver to git', 'buildops.tokens.git_credential', {
        'path': '{{ folder }}/git-credentials', 'entries': [{'url': 'https://git.example', 'token': 'company'}]}),
    task('Change git', 'buildops.tokens.git_credential', {
        'path': '{{ folder }}/git-credentials', 'url': 'https://git.example', 'username': 'ci', 'password': '{{ wrong_password }}'}),
    task('Revoke', arguments={'state': 'absent'}),
]
FAILURES = [
    task('Wrong password', arguments={'username': 'bob', 'password': '{{ wrong_password }}'}, **FORGIVEN),
    task('Wrong password for many', arguments={'username': '{{ item }}', 'password': '{{ wrong_password }}'}, loop=['ci', 'bob'], **FORGIVEN),
    task('Wrong password until', arguments={'username': 'bob', 'password': '{{ wrong_password }}'}, register='got', until='got is success', retries=1, delay=0,
         **FORGIVEN),
    task('Masked', arguments={'password': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'}, **FORGIVEN),
    task('With a line feed', arguments={'password': "{{ wrong_password ~ '\n' }}"}, **FORGIVEN),
    task('Of another type', arguments={'password': ['{{ wrong_password }}']}, **FORGIVEN),
    task('In the address', arguments={'url': "{{ nexus_url | replace('//', '//ci:' ~ (wrong_password | urlencode) ~ '@') }}"}, **FORGIVEN),
    task('In the query', arguments={'url': "{{ nexus_url ~ '?p=' ~ (wrong_password | urlencode) }}"}, **FORGIVEN),
    task('As the user name', arguments={'username': "{{ 'x:' ~ wrong_password }}"}, **FORGIVEN),
    task('In the proxy', arguments={'proxy': "{{ 'http://u:' ~ (wrong_password | urlencode) ~ '@127.0.0.1:1' }}"}, **FORGIVEN),
    task('Asynchronous', arguments={'username': 'bob'}, **{'async': 10, 'poll': 1}, **FORGIVEN),
    *[task('By name ' + name, 'buildops.tokens.token_source', {'name': name}, **FORGIVEN) for name in ('refused', 'misspelt', 'masked', 'gone')],
    *[task('Look up ' + name, 'ansible.builtin.debug', {'msg': '{{ %s.kind }}' % lookup(name)}, **FORGIVEN) for name in ('refused', 'misspelt', 'gone')],
    task('Look up and warn', 'ansible.builtin.debug', {'msg': '{{ %s }}' % lookup('refused', "errors='warn'")}),
    task('Look up and warn ourselves', 'ansible.builtin.debug', {'msg': '{{ %s }}' % lookup('gone', "on_error='warn'")}),
    task('Deliver a refused one', 'buildops.tokens.maven_server', {
        'path': '{{ folder }}/settings.xml', 'servers': [{'id': 'a', 'token': 'refused'}, {'id': 'b', 'username': 'x', 'password': '{{ wrong_password }}'}]},
            **FORGIVEN),
    task('Deliver to nowhere', 'buildops.tokens.maven_server', {
        'path': '/proc/settings.xml', 'id': 'a', 'username': 'x', 'password': '{{ wrong_password }}'}, **FORGIVEN),
    task('Deliver what Maven would misread', 'buildops.tokens.maven_server', {
        'path': '{{ folder }}/settings.xml', 'id': 'a', 'username': 'x', 'password': "{{ '${' ~ wrong_password ~ '}' }}"}, **FORGIVEN),
    {'name': 'Rescued', 'block': [task('Fail', arguments={'username': 'bob', 'password': '{{ wrong_password }}'})],
     'rescue': [task('Show why', 'ansible.builtin.debug', {'var': 'ansible_failed_result'})]},
]


def names_of(run, kind):
    return {event['task'] for event in run.events if event['event'] == kind}


def test_A1_A5_A7_A9_A27_work_that_goes_well(stage):
    run, hits = stage.play(WORK)
    assert hits == []
    failed = {event['task'] for event in run.events if event['event'] == 'failed'}
    assert failed == {'Get until', 'Elsewhere refused'}, run.output
    assert run.rc == 0 and 'retry' in {event['event'] for event in run.events}
    assert len(stage.secrets) > 8  # tickets and tokens were there to be found


def test_A10_A11_check_mode(stage):
    run, hits = stage.play(WORK, '--check')
    assert hits == []
    assert not stage.server.state.tokens


def test_many_hosts_at_once(stage):
    tasks = [entry for entry in WORK if entry['name'] in ('Look up', 'By name', 'Tell', 'Get')]
    run, hits = stage.play(tasks, '-f', '4', hosts=4)
    assert hits == [] and run.rc == 0


def test_A2_A4_A8_A18_A30_every_failure(stage):
    run, hits = stage.play(FAILURES)
    assert hits == [], '\n'.join(hits)
    well = names_of(run, 'ok') - {'Show why', 'Look up and warn', 'Look up and warn ourselves'}
    assert not well and run.rc == 0, run.output


@pytest.mark.parametrize('where', ['request', 'session'])
def test_A2_errors_that_nobody_thought_of(stage, where):
    names = ('Get', 'Get for many', 'By name', 'Tell', 'Elsewhere', 'Look up', 'Look up a part', 'Deliver to Maven', 'Get until')
    run, hits = stage.play([dict(entry, ignore_errors=True) for entry in WORK if entry['name'] in names], BREAK=where)
    assert hits == []
    assert set(names) <= names_of(run, 'failed'), run.output
    assert ('This should not have happened: ValueError' if where == 'session' else 'the answer could not be read (ValueError)') in run.output


def test_A2_a_server_that_echoes_what_it_was_sent(stage):
    def echo(exchange):
        header = exchange.environ.get('HTTP_AUTHORIZATION', '')
        said = header + base64.b64decode(header.partition(' ')[2]).decode() + exchange.environ['QUERY_STRING'] + exchange.environ['wsgi.input'].read().decode()
        return faults.status(next(statuses), [('Content-Type', 'application/json'), ('X-Siesta-FaultId', said.replace('\n', ' ')[:200]),
                                              ('Location', 'https://idp.example/?' + header)], json.dumps({'message': said, 'error': said}))(exchange)
    codes = [200, 302, 400, 403, 404, 405, 409, 410, 422, 500]
    statuses = iter(codes * 100)
    stage.server.faults.add('authenticate$', echo, times=len(codes))
    stage.server.faults.add('user-token$', echo, times=len(codes))
    ask = [task('Ask %d' % number, arguments={'cache': 'none'}, **FORGIVEN) for number in range(len(codes) + 3)]
    more = [task('Ask for another %d' % number, arguments={'username': 'admin', 'password': '{{ admin_password }}', 'user_id': 'sam', 'cache': 'none'},
        **FORGIVEN)
            for number in range(4)]
    _run, hits = stage.play(ask + more)
    assert hits == [], '\n'.join(hits)


def test_what_does_leak_is_found(stage):
    """Each channel is leaked to on purpose, in another form, by a secret of its own."""
    stage.secrets.update({name: f'{name}-{WORDS}-secret' for name in ('output', 'event', 'log', 'command', 'environment', 'file')})
    stage.variables.update({'leaked_' + name: stage.secrets[name] for name in ('output', 'event', 'log', 'command', 'environment', 'file')})
    _run, hits = stage.play([
        task('Show', 'ansible.builtin.debug', {'msg': '{{ leaked_output }}'}),
        task('Show quoted', 'ansible.builtin.debug', {'msg': '{{ leaked_event | urlencode }}'}),
        task('Show encoded', 'ansible.builtin.debug', {'msg': "{{ ('ci:' ~ leaked_log) | b64encode }}"}),
        task('Call', 'ansible.builtin.command', {'argv': ['sh', '-c', 'sleep 0.3', '{{ leaked_command }}']}, no_log=True),
        task('Set', 'ansible.builtin.command', {'cmd': 'sleep 0.3'}, environment={'X': '{{ leaked_environment }}'}, no_log=True),
        task('Write', 'ansible.builtin.copy', {'dest': '{{ folder }}/x', 'content': '{{ leaked_file | to_json }}'}, no_log=True),
    ])
    for name, place in (('output', 'the output'), ('event', 'an event'), ('log', 'the log'), ('command', 'a command line'),
                        ('environment', 'a command line or environment'), ('file', '/work/x')):
        assert any(hit.startswith(f'{name} in ') and place in hit for hit in hits), name
