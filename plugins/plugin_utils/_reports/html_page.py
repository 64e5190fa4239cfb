# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the page: template, style and script."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f3f5f7;
--ok:#1a7f37;--warn:#8a5a00;--bad:#c0182a;--ok-bar:#4caf6d;--warn-bar:#e0a100;--bad-bar:#d9434e}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--fg:#e6edf3;--dim:#9aa7b4;--line:#333d49;
--soft:#1b212a;--ok:#56d364;--warn:#e3b341;--bad:#ff7b72;--ok-bar:#2f8f4e;--warn-bar:#b98900;
--bad-bar:#c93c46}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:75rem;padding:1rem;background:var(--bg);color:var(--fg);
font:1rem/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
p,ul{margin:.4rem 0}
.dim{color:var(--dim)}
.level{display:inline-block;border:2px solid;border-radius:.4rem;padding:0 .5rem;font-weight:600}
.ok{color:var(--ok)}.warning{color:var(--warn)}.failure{color:var(--bad)}
.sum{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;list-style:none}
.sum b{font-size:1.2rem}
.list{padding-left:1.2rem}
.list li{margin:.3rem 0}
.time{position:relative;padding:0;margin:0;list-style:none}
.time li{display:grid;grid-template-columns:minmax(7rem,14rem) 1fr;gap:.2rem .8rem;padding:.3rem 0;
border-top:1px solid var(--line)}
.time .label{grid-column:1;grid-row:1/3}
.time .when{grid-column:2;font-size:.9rem}
.track{grid-column:2;position:relative;height:.9rem;background:var(--soft);border-radius:.2rem}
.track span{position:absolute;top:0;bottom:0;border-radius:.2rem}
.bar{left:0;background:var(--ok-bar)}
.warning .bar{background:var(--warn-bar)}
.failure .bar{background:var(--bad-bar)}
.due{background:repeating-linear-gradient(135deg,var(--fg) 0 2px,transparent 2px 6px);opacity:.6}
.end{width:3px;margin-left:-3px;background:var(--fg)}
.none{left:0;right:0;border:1px dashed var(--dim)}
.axis{display:grid;grid-template-columns:minmax(7rem,14rem) 1fr;gap:.8rem;font-size:.8rem;
color:var(--dim)}
.axis div{grid-column:2;position:relative;height:1.3rem}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}
.scroll{overflow-x:auto}.scroll table{min-width:42rem;overflow-wrap:break-word}
.scroll td span{display:block}.scroll td:last-child span{white-space:nowrap}
.scroll:focus-visible,a:focus-visible,input:focus-visible,select:focus-visible{
outline:3px solid #4c8dff;outline-offset:2px}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--dim);padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-top:1px solid var(--line)}
thead th{border:0;position:sticky;top:0;background:var(--bg)}
tbody th{font-weight:600}
#rows,#rows caption,#rows thead,#rows tbody{display:block}
#rows tr{display:grid;grid-template-columns:28fr 27fr 45fr}
#rows thead{position:sticky;top:0;z-index:1}
#rows td,#rows th{min-width:0}
#rows tbody{content-visibility:auto;contain-intrinsic-height:calc(var(--rows)*3.3rem)}
#rows [hidden]{display:none}
.r td:first-child,.f td:first-child{color:var(--bad);font-weight:600}
.v td:first-child{color:var(--ok)}
small{color:var(--dim);font-size:.85em;display:block;font-weight:400}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;margin:.5rem 0}
form[hidden]{display:none}
label{display:flex;flex-direction:column;font-size:.85rem;color:var(--dim)}
input,select{font:inherit;padding:.3rem;color:var(--fg);background:var(--bg);
border:1px solid var(--dim);border-radius:.3rem;max-width:100%}
@media (max-width:40rem){body{padding:.6rem;font-size:.95rem}th,td{padding:.25rem .3rem}
.time li,.axis{grid-template-columns:1fr}.time li{display:block}
.track{margin:.2rem 0}.axis div{grid-column:1}.axis span:nth-child(2){display:none}}
@media print{form{display:none!important}body{max-width:none;padding:0;font-size:9pt}
thead th,#rows thead{position:static}#rows tbody{content-visibility:visible}
tr,li{break-inside:avoid}.scroll{overflow:visible}
.scroll table{min-width:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
:root{--bg:#fff;--fg:#000;--dim:#444;--line:#999;--soft:#eee;--ok:#1a7f37;--warn:#8a5a00;
--bad:#c0182a;--ok-bar:#4caf6d;--warn-bar:#e0a100;--bad-bar:#d9434e}}
"""

SCRIPT = """
(function(){
var form=document.getElementById('filters');
if(!form)return;
var bodies=[].slice.call(document.getElementById('rows').tBodies);
var groups=bodies.map(function(body){return [].slice.call(body.rows)});
var all=groups.reduce(function(sum,rows){return sum+rows.length},0);
var texts,count=document.getElementById('shown');
function text(row){return row.textContent.toLowerCase()}
function show(){
var words=form.text.value.toLowerCase().split(/\\s+/),status=form.status.value;
var source=form.source.value,shown=all;
if(words.join('')||status||source||texts){
shown=0;texts=texts||groups.map(function(rows){return rows.map(text)});
groups.forEach(function(rows,group){var here=0;
rows.forEach(function(row,number){
var name=row.cells[2].firstElementChild.textContent;
var hit=(!status||row.className===status)&&(!source||name===source)
&&words.every(function(word){return texts[group][number].indexOf(word)>=0});
row.hidden=!hit;here+=hit});
bodies[group].hidden=!here;bodies[group].style.setProperty('--rows',here);shown+=here})}
count.textContent=shown+' of '+all+' rows'}
form.addEventListener('input',show);
form.addEventListener('submit',function(event){event.preventDefault()});
form.hidden=false;show()})();
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'sha256-{{ script_hash }}'; base-uri 'none'; \
form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Tokens: {{ report.level }}, {{ generated }}</title>
<style>{{ style }}</style>
</head>
<body>
{% set totals = report.totals %}
<header>
<h1>Tokens</h1>
<p><span class="level {{ report.level }}">{{ report.level }}</span> {{ title }}
<span class="dim"><time datetime="{{ generated_iso }}">{{ generated }}</time>
{%- for key, value in report.job.items() %}, AWX {{ key }} {{ value }}{% endfor %}</span></p>
<ul class="sum">
<li><b>{{ totals.sources }}</b> sources</li>
<li><b>{{ totals.hosts }}</b> hosts</li>
<li><b>{{ totals.deliveries }}</b> deliveries</li>
{% for status in statuses %}
<li><b>{{ totals[status] }}</b> {{ words[status] }}</li>
{% endfor %}
</ul>
</header>
<main>
{% if report.problems %}
<section aria-labelledby="problems">
<h2 id="problems" class="failure">Problems</h2>
<ul class="list">
{% for problem in report.problems %}
<li>{{ problem }}</li>
{% endfor %}
</ul>
</section>
{% endif %}
{% if attention %}
<section aria-labelledby="attention">
<h2 id="attention" class="warning">Needs attention</h2>
<ul class="list">
{% for sentence in attention %}
<li>{{ sentence }}</li>
{% endfor %}
</ul>
</section>
{% endif %}
{% if not report.sources %}
<p>This run has no sources.</p>
{% else %}
<section aria-labelledby="timeline">
<h2 id="timeline">What ends when</h2>
<p class="dim">From now on; the scale is logarithmic. Hatched: a run replaces the token.</p>
<div class="axis" aria-hidden="true"><div><span style="left:0">now</span>
{%- for position, label in ticks %}<span style="left:{{ position }}%">{{ label }}</span>{% endfor %}
</div></div>
<ul class="time">
{% for line in lines %}
<li class="{{ line.source.state_level }}"><div class="label"><bdi>{{ line.source.name }}</bdi>
<small>{{ line.source.type }}</small></div>
<div class="track" aria-hidden="true">
{%- if line.end is none -%}
<span class="none"></span>
{%- else -%}
<span class="bar" style="width:{{ line.end }}%"></span>
<span class="due" style="left:{{ line.renew }}%;width:{{ (line.end - line.renew) | round(2) }}%">\
</span>
{%- if not line.beyond %}<span class="end" style="left:{{ line.end }}%"></span>{% endif %}
{%- endif %}</div>
<div class="when">{{ line.when }}{% if line.source.end_at is not none %}, \
{{ day_and_time(line.source.end_at) }}{% endif %}</div></li>
{% endfor %}
</ul>
</section>
<section aria-labelledby="sources">
<h2 id="sources">Sources</h2>
<div class="scroll" role="region" aria-labelledby="sources" tabindex="0">
<table>
<thead><tr><th scope="col">Source</th><th scope="col">Token</th><th scope="col">Renewal</th>\
<th scope="col">Hosts</th><th scope="col">Deliveries</th></tr></thead>
<tbody>
{% for source in report.sources %}
<tr><th scope="row"><bdi>{{ source.name }}</bdi><small>{{ source.type }}</small></th>
<td><span class="{{ source.state_level }}">{{ state_words(source, now) }}</span>
<small>{{ day_and_time(source.end_at) }}{% if source.fingerprint %} \
fingerprint {{ source.fingerprint }}{% endif %}</small>
{%- if source.message %}<small>{{ source.message }}</small>{% endif %}</td>
<td>{% if source.renew_at is not none %}from {{ day_and_time(source.renew_at) }}\
{% else %}–{% endif %}</td>
<td>{{ source.hosts | length }}<small><bdi>{{ hosts_of(source.hosts) }}</bdi></small></td>
<td>{% for status in statuses if source.statuses[status] %}\
<span class="{{ 'failure' if classes[status] in 'rf' }}">{{ source.statuses[status] }} \
{{ words[status] }}</span> \
{% endfor %}</td></tr>
{% endfor %}
</tbody>
</table>
</div>
</section>
{% endif %}
{% if rows %}
<section aria-labelledby="deliveries">
<h2 id="deliveries">Deliveries</h2>
<form id="filters" hidden role="search" aria-label="Filter the deliveries">
<label>Text <input type="search" name="text" autocomplete="off"></label>
<label>Result <select name="status"><option value="">all</option>
{%- for status in statuses %}<option value="{{ classes[status] }}">{{ words[status] }}</option>
{%- endfor %}</select></label>
<label>Source <select name="source"><option value="">all</option>
{%- for name in row_sources %}<option>{{ name }}</option>{% endfor %}</select></label>
<output id="shown" aria-live="polite"></output>
</form>
<table id="rows" role="table">
<caption>Failures first, then by the end of the token.
{%- if rows | length < totals.deliveries %} Hosts with the same result are in one row; the CSV \
form has a row for each.{% endif %}</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader">Result</th>\
<th role="columnheader">Host</th><th role="columnheader">Source, place, end</th></tr></thead>
{% for group in rows | batch(group_rows) %}
<tbody role="rowgroup" style="--rows:{{ group | length }}">
{% for row in group %}
<tr class={{ classes[row.status] }} role=row><td role=cell>{{ words[row.status] }}\
{% if row.message %}<small>{{ row.message }}</small>{% endif %}<td role=cell>{{ row.host }}\
<td role=cell><b>{{ row.source.name }}</b> {{ row.place }}\
{% if row.day %} <small>{{ row.day }}</small>{% endif %}
{% endfor %}
</tbody>
{% endfor %}
</table>
</section>
{% endif %}
{% if report.notes %}
<section aria-labelledby="notes">
<h2 id="notes">Notes</h2>
<ul class="list">
{% for note in report.notes %}
<li>{{ note }}</li>
{% endfor %}
</ul>
</section>
{% endif %}
</main>
<footer class="dim"><p>buildops.tokens. Times are in UTC. No secret is in this page; tokens are
shown by their fingerprints.</p></footer>
<script>{{ script }}</script>
</body>
</html>
"""
