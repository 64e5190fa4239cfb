# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: say
      ansible.builtin.debug:
        msg: hello
    - name: home
      ansible.builtin.command: sh -c 'echo $HOME'
"""


def test_run_playbook_reports_what_happened(run_playbook):
    run = run_playbook(PLAY)
    assert run.rc == 0, run.output
    assert run.result('say')['msg'] == 'hello'
    assert run.result('home')['stdout'] == str(run.home)
    assert run.changed == 1
    assert run.stats['localhost']['ok'] == 2
