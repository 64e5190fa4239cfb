# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks for one token in many processes at once.

Arguments: how many, a JSON file with the source, and a file for what they got, a line each. Those
that imported what gets a token are in a second file, whose name ends in .imported.
"""

from __future__ import annotations

import json
import os
import sys
import time

BACKEND = 'ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_backend'


def main():
    count, source, answers = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    from ansible import constants as C
    from ansible.plugins.loader import init_plugin_loader, lookup_loader

    init_plugin_loader()
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    with open(source, encoding='utf-8') as file:
        variables = {'token_sources': {'company': json.load(file)}}
    start = time.monotonic() + 0.1
    children = []
    for _number in range(count):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                if os.environ.get('RUNS_OF_THEIR_OWN'):  # as if each were an ansible-playbook
                    C.DEFAULT_LOCAL_TMP = os.path.join(C.DEFAULT_LOCAL_TMP, str(os.getpid()))
                time.sleep(max(0.0, start - time.monotonic()))
                lookup = lookup_loader.get(
                    'buildops.tokens.token',
                    loader=DataLoader(),
                    templar=Templar(DataLoader(), variables),
                )
                result = lookup.run(['company'], variables=variables)[0]
                with open(answers, 'a', encoding='utf-8') as file:
                    file.write(result['authorization'] + '\n')
                if BACKEND in sys.modules:
                    with open(answers + '.imported', 'a', encoding='utf-8') as file:
                        file.write(f'{os.getpid()}\n')
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    print(json.dumps(codes))


if __name__ == '__main__':
    main()
