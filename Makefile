# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that these commands write is in .venv and .build, or in temporary folders.

.POSIX:
.SUFFIXES:

python = .venv/bin/python -E
tests = $(python) -m tests.tools.run

help:  ## list these commands
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "make %-12s %s\n", $$1, $$2}' Makefile
	@echo
	@echo 'PYTHON=/path/to/python3.12 chooses another Python for .venv.'
	@echo "ARGS='--check --diff --ask-vault-pass' adds options of ansible-playbook to make provision and make report."

provision: inventory venv link  ## get tokens and deliver them: the example against the sandbox, or INVENTORY=path against your own systems
	@$(python) -m tools.provision

report: inventory venv link  ## ask the servers of INVENTORY=path for its tokens, and write a report; nothing is changed
	@$(python) -m tools.report

test: venv-test link  ## the quick tests: no root, and no programs beyond git, make and Python
	@$(tests) --short quick

test-all: venv-test link  ## make test, and all other tests but those of test-real, bare, matrix and ee
	@$(tests) all

test-rest: venv-test link  ## what make test leaves out of make test-all
	@$(tests) rest

sandbox: venv link  ## stand-ins for all systems, and an inventory to try things with, until Ctrl-C
	@$(python) -m tools.sandbox

bare: venv-test link  ## the commands of the README on bare Debian and Ubuntu; RELEASE=bookworm for one; needs root and debootstrap
	@$(python) -m tests.bare $(RELEASE:%=--release %)

test-real: venv-test link  ## tests with real servers: Nexus 2 and 3, Keycloak, Maven 3 and 4; needs Java 17, Maven and Node.js, and about 15 minutes
	@$(python) -m tests.real

lint: venv-test link  ## linters, and checks of the documentation and the changelog
	@$(tests) lint

units: venv-test link  ## tests of the code, without ansible-test; TEST=path for a file or folder
	@$(tests) units $(TEST:%=--name %)

leaks: venv-test link  ## tests that no secret is seen anywhere
	@$(tests) leaks

losses: venv-test link  ## tests that no file and no token is lost, whatever kills or fails their writer
	@$(tests) losses

races: venv-test link  ## tests that root loses nothing to users who attack while it writes, ROUNDS (default 10 000) a writer; needs root
	@RACE_ROUNDS=$${ROUNDS:-10000} $(python) -m pytest -q tests/losses/test_races.py

fuzz: venv-test link  ## hostile answers of servers, for as many MINUTES as you say (default 10)
	@FUZZ_MINUTES=$${MINUTES:-10} $(tests) hostile

git-cases: venv-test link  ## compare the prediction of what git finds with git itself, CASES times (default 100000)
	@PREDICTION_CASES=$${CASES:-100000} $(python) -m pytest -q tests/unit/module_utils/_git/test_effective.py

faults: venv-test link  ## count the faults of the catalogue that tests show
	@$(tests) faults

sanity: venv-test link  ## ansible-test sanity
	@$(tests) sanity

integration: venv-test link  ## ansible-test integration; TARGET=name for one target
	@$(tests) integration $(TARGET:%=--name %)

molecule: venv-test link  ## the molecule scenarios of the roles
	@$(tests) molecule

matrix: venv-test link  ## units, leaks and integration with every ansible-core from 2.16 on, and every Python; CORE=2.16, PART=units for less
	@$(python) -m tests.tools.matrix $(CORE:%=--core %) $(PART:%=--part %)

benchmark: venv-test link  ## measure speed against the targets
	@$(python) -m tests.benchmarks

ee: venv-test link  ## an execution environment, built with podman, and jobs in it as AWX runs them; needs root on Debian or Ubuntu, and some minutes
	@$(python) -m tests.tools.ee

docs: venv-test link  ## the documentation as HTML, in .build/docs
	@$(tests) docs

build: venv link  ## the collection as an archive to install, in .build
	@tools/build.sh .build

release: venv-test link  ## the files of a release, in .build/release: checks, changelog, archive, Galaxy's importer, checksums, installation
	@$(tests) --short lint docs sanity
	@$(python) -m tests.tools.release --clean
	@$(python) -m tests.tools.installed

inventory:
	@tools/inventory.sh

venv:  ## the virtual environment that the other commands use
	@tools/venv.sh requirements.txt

venv-test:
	@tools/venv.sh tests/requirements.txt

link:  ## make the clone visible to Ansible as buildops.tokens
	@tools/link.sh

clean:  ## remove all that these commands made
	rm -rf .venv .build

.PHONY: help provision report inventory sandbox test test-all test-rest test-real bare lint units leaks losses races fuzz git-cases faults sanity integration molecule matrix benchmark ee docs build release venv venv-test link clean
