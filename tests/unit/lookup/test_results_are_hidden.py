# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What token modules return is nowhere to be seen, without C(no_log), and is of use all the same:
with every ansible-core.
"""

from __future__ import annotations

import json

from tests.sandbox import nexus

PASSWORD = 'cAn4ry-of-alice'

PLAY = """
- hosts: all
  gather_facts: false
  module_defaults:
    group/buildops.tokens.tokens:
      {url: "{{ url }}", ca_path: "{{ ca_path }}", username: alice, password: "{{ password }}"}
  tasks:
    - name: Once
      buildops.tokens.nexus_user_token:
      register: once
    - name: In a loop
      buildops.tokens.nexus_user_token:
      loop: [1, 2]
      register: looped
    - name: Until something
      buildops.tokens.nexus_user_token:
        cache: none
      register: tried
      until: tried.attempts == 2
      retries: 3
      delay: 0
    - name: By its name
      buildops.tokens.token_source:
        name: company
        regenerate: always
      register: renewed
    - block:
        - name: With a wrong password
          buildops.tokens.nexus_user_token:
            password: "{{ password }}-wrong"
      rescue:
        - name: What failed
          ansible.builtin.debug:
            var: ansible_failed_result
    - name: That ends in failure
      block:
        - name: Against the wishes of the play
          buildops.tokens.nexus_user_token:
          register: unwanted
          failed_when: unwanted.token.kind == 'basic'
      rescue:
        - name: Go on
          ansible.builtin.assert:
            that: unwanted.token.kind == 'basic'
    - name: All of it can be used
      ansible.builtin.assert:
        that:
          - once.token.username == looped.results[1].token.username
          - once.token.password | length > 20
          - tried.token.password == once.token.password
          - renewed is changed
          - renewed.token.username != once.token.username
          - lookup('buildops.tokens.token', 'company', query='username') == renewed.token.username
        quiet: true
"""


def test_A1_A5_A7_A8_A9_A30_results_are_hidden_and_of_use(run_playbook, sandbox):
    server = sandbox.serve(nexus.create_app('3.71.0-06', users={'alice': PASSWORD}))
    names = {
        'all': {
            'hosts': {'one': {}},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'url': server.url,
                'ca_path': sandbox.ca_path,
                'password': PASSWORD,
                'token_sources': {
                    'company': {
                        'type': 'nexus_user_token',
                        'url': '{{ url }}',
                        'ca_path': '{{ ca_path }}',
                        'username': 'alice',
                        'password': '{{ password }}',
                    }
                },
            },
        }
    }
    seen = set()
    create = server.app.create_token

    def remember(user, by):
        token = create(user, by)
        seen.update((token.name_code, token.pass_code))
        return token

    server.app.create_token = remember
    run = run_playbook(PLAY, names, '-vvvv', '--diff')
    assert run.rc == 0, run.output
    assert len(seen) == 4
    reported = run.output + json.dumps(run.events)
    assert not [value for value in (PASSWORD, *seen) if value in reported]
    assert 'does not accept the user name and password' in run.output
