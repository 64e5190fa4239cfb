# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the get-pip script that ansible-test wants to download from its own server:
the same job, from the package index alone.

It is in ansible-test's cache as C(get_pip_<version>.py), beside the wheel of that pip.
ansible-test runs it with the arguments of C(pip install) and with C(--no-setuptools) and
C(--no-wheel).
"""

from __future__ import annotations

import os
import runpy
import sys

here = os.path.dirname(os.path.abspath(__file__))
version = os.path.splitext(os.path.basename(__file__))[0][len('get_pip_') :].replace('_', '.')
wheel = os.path.join(here, 'pip-%s-py3-none-any.whl' % version)
args = [arg for arg in sys.argv[1:] if arg not in ('--no-setuptools', '--no-wheel')]
sys.path.insert(0, wheel)
os.environ['PYTHONPATH'] = wheel
sys.argv = [
    'pip',
    'install',
    '--upgrade',
    '--force-reinstall',
    '--no-warn-script-location',
    '--find-links',
    here,
] + args
runpy.run_module('pip', run_name='__main__', alter_sys=True)
