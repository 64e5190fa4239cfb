# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report, as a browser shows it."""

from __future__ import annotations

import html
import json
import re
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils._reports import html_form
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import Report
from tests.support import reports

BROWSER = (
    'chromium',
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
)
# Writes into the title what a person would find
PROBE = """<script>
addEventListener('load',function(){
var form=document.forms[0],rows=[].slice.call(document.querySelectorAll('#rows tbody tr'));
var near=rows.filter(function(row){return row.checkVisibility({contentVisibilityAuto:true})});
function shown(){return rows.filter(function(row){return row.offsetHeight>0}).length}
function after(name,value){form[name].value=value;
form[name].dispatchEvent(new Event('input',{bubbles:true}));return shown()}
var root=document.documentElement,focus=[];
document.querySelectorAll('input,select,[tabindex="0"]').forEach(function(one){
one.focus();focus.push(document.activeElement===one)});
document.title=JSON.stringify({near:near.length,all:shown(),agent1:after('text','agent1'),
none:after('text','nobody'),back:after('text',''),refused:after('status','r'),
both:after('source','company'),wider:root.scrollWidth-root.clientWidth,focus:focus,
width:root.clientWidth})});
</script></body>"""


def opened(text: str, folder: Path, *options: str) -> str:
    """Return what the page has become after its scripts have run."""
    page = folder / 'page.html'
    page.write_text(text, encoding='utf-8')
    profile = f'--user-data-dir={folder}/profile'
    command = [*BROWSER, profile, *options, '--dump-dom', page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def probed(report: Report, folder: Path, *options: str) -> dict[str, t.Any]:
    """Return what the probe finds. The policy of the page would not allow it."""
    text = html_form.render(report).replace('</body>', PROBE)
    policy = re.search('<meta http-equiv="Content-Security-Policy"[^>]*>', text)
    assert policy
    found = re.search('<title>(.*?)</title>', opened(text.replace(policy[0], ''), folder, *options))
    assert found
    result: dict[str, t.Any] = json.loads(html.unescape(found[1]))
    return result


@pytest.mark.needs_client('chromium')
@pytest.mark.parametrize('size', ['500,900', '1200,900'])
def test_filters_keyboard_and_width(tmp_path: Path, size: str) -> None:
    found = probed(reports.small(), tmp_path, f'--window-size={size}')
    rows = {name: found[name] for name in ('all', 'agent1', 'none', 'back', 'refused', 'both')}
    assert rows == {'all': 5, 'agent1': 2, 'none': 0, 'back': 5, 'refused': 1, 'both': 0}
    assert found['focus'] == [True] * 4, 'the region that scrolls, and the filters'
    assert found['wider'] == 0, 'nobody has to scroll the page sideways'


@pytest.mark.needs_client('chromium')
def test_R4_the_page_of_hostile_names_runs_its_own_script_alone(tmp_path: Path) -> None:
    text = opened(html_form.render(reports.hostile()), tmp_path)
    assert '28 of 28 rows' in text, 'its policy allows its own script'
    assert text.count('<script') == 1 and '<img' not in text
    assert re.search('<title>Tokens: failure,', text)


@pytest.mark.needs_client('chromium')
def test_the_page_of_1000_hosts_is_shown_whole(tmp_path: Path) -> None:
    found = probed(reports.large(1000), tmp_path)
    assert (found['all'], found['refused'], found['wider']) == (6000, 12, 0)
    assert found['near'] < 600, 'the browser lays out what is near the part that is shown'
