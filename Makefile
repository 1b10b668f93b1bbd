# What there is to do here. Every target may be called again; what is done already is not done twice.

SWIFT ?= swift
PREFIX ?= /usr/local
DESTDIR ?=

BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
DOCDIR = $(PREFIX)/share/doc/numactl-plan
DATADIR = $(PREFIX)/share/numactl-plan
BASHDIR = $(PREFIX)/share/bash-completion/completions
# Where the shells look: Debian's own packages use vendor-completions.
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
UNITDIR = $(PREFIX)/lib/systemd/system
TMPFILESDIR = $(PREFIX)/lib/tmpfiles.d
# What is installed and not enabled. The drop-ins for libvirt's daemons would take effect at once, so they go to the examples.
UNITS = $(notdir $(wildcard examples/systemd/*.service examples/systemd/*.target examples/systemd/*.mount examples/systemd/*.timer))

RELEASE = .build/release/numactl-plan
EDITS = 300
SETS = 1000
# The build that is tested, and that development works with: debug or release.
BUILD = debug
PROGRAM = $(CURDIR)/.build/$(BUILD)/numactl-plan
SOURCES = Package.swift Sources Tests
# The formats that the command schema knows.
SCHEMAS = site facts plan fleet-plan
PAGES = $(notdir $(wildcard manpages/*.[1-8]))

export SWIFT BUILD
# For scripts that call swift by its name, whatever SWIFT is.
WITH_SWIFT = PATH="$$(dirname "$$(command -v $(SWIFT))"):$$PATH"

# $(call try,NAME,COMMAND): a test of the program that is built, or of NUMACTL_PLAN_PROGRAM, which ends with 77 where the machine cannot
# do it. That is a failure only for automation: there nobody reads that nothing was tested.
try = export $(WITH_SWIFT) NUMACTL_PLAN_PROGRAM="$${NUMACTL_PLAN_PROGRAM:-$(PROGRAM)}"; $(2); status=$$?; if [ $$status = 77 ] && [ -z "$$CI" ]; then echo "$(1): NOT RUN, see above"; exit 0; fi; exit $$status

.PHONY: help setup build release demo test tools-and-host lint check unit browser shells pipelines judge system evolution evolution-test lab ansible fuzz \
    fuzz-test sanitize killed crash deb rpm tarball docs package bench oracle install uninstall clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing (Debian 12; as root or with sudo) and look for Swift
	@.ci/setup

build: ## Build for development
	$(SWIFT) build -c $(BUILD)

release: ## Build the one binary to install, with Swift's libraries inside
	$(SWIFT) build -c release --static-swift-stdlib -Xlinker -s --product numactl-plan
	@.ci/check-binary $(RELEASE)

demo: setup build ## Set up, then plan and apply examples on this machine without any daemon
	@PATH="$$($(SWIFT) build -c $(BUILD) --show-bin-path):$$PATH" examples/demo.sh

# One after the other: most of these change the pools of this machine.
.NOTPARALLEL:
test: setup lint unit tools-and-host lab ## Set up, then everything that a change must pass

# What has this machine's libvirtd and pools to itself leaves a core for what needs neither.
tools-and-host: build
	@Tests/both "$(MAKE) fuzz-test shells ansible pipelines judge" "$(MAKE) system killed evolution-test"

lint: ## Check how the sources are written
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)
	.ci/check-words
	.ci/check-version
	.packaging/docs

# Minutes: few of the random hosts. The rest of `make test` is for before the change goes in.
check: export NUMACTL_PLAN_RANDOM_CASES = 300
check: export NUMACTL_PLAN_ROUND_TRIPS = 100
check: export NUMACTL_PLAN_FULL_HOSTS = 1
check: lint unit ## For every edit: lint, build, the tests of all targets on fewer random hosts; nothing needs root

unit: ## Run the tests of all targets at full length; one alone: swift test --filter IDSetTests
	$(SWIFT) build -c $(BUILD) --build-tests
	@Tests/unit

browser: build ## Open the pages of plan --format html in Chromium: no side scrolling, no small words, highlight and filter (a minute)
	$(call try,browser,Tests/browser/run)

shells: ## Press Tab in bash, zsh and fish and look at the screens; needs a build
	@$(call try,shells,Tests/shells/run)

ansible: ## Run the Ansible role on three hosts that are captured file trees; needs a build
	@$(call try,ansible,Tests/ansible/run)

pipelines: ## Run the hook, the action and the pipelines of examples/ci as their services would; needs a build
	@$(call try,pipelines,Tests/ci/run)

judge: ## Have the judge of plans see every way to spoil one, and the program make the right one still; needs a build
	@$(call try,judge,python3 -B Tests/oracle/test_judge.py)

system: build ## Run the tests on a real libvirt; they need root
	@$(call try,system,Tests/system/run)

evolution: ## Evolve a site by random edits, EDITS=300 of them, on made-up hosts and on this machine, guests that move live in the lab; SEED= repeats a run
	@$(call try,evolution,Tests/evolution/run $(EDITS) $(SEED))
	@$(call try,evolution,LAB_EDITS=$$(($(EDITS) / 2 + 1)) LAB_SEED=$(or $(SEED),1) Tests/lab/run evolution)

evolution-test: build ## A few edits of these
	@$(call try,evolution,Tests/evolution/run 24)

deb: release ## Build the Debian package: .build/deb/numactl-plan_VERSION_ARCH.deb
	@.packaging/build

docs: ## Make one HTML page of all manual pages, which needs no network: .build/docs/numactl-plan.html
	@.packaging/docs

rpm: release ## Build the rpm package: .build/rpm/numactl-plan-VERSION-RELEASE.ARCH.rpm
	@.packaging/rpm

tarball: release ## Build .build/tarball/numactl-plan-VERSION-linux-ARCH.tar.gz with its checksum, and try it
	@Tests/package/tarball
	@ls .build/tarball/*.tar.gz*

# Not part of the tests of a change: a release build and a small Debian take minutes.
package: release ## Build deb, rpm and tarball, have them judged, and install, upgrade and remove them in a small Debian (root)
	@Tests/package/run

lab: build ## Boot machines with NUMA cells under QEMU and try everything in them (needs root); one scenario: Tests/lab/run page
	@$(call try,lab,Tests/lab/run)

fuzz: ## Feed the readers with made-up inputs, MINUTES=10 each, and see that they never break
	@$(WITH_SWIFT) Tests/fuzz/run

fuzz-test: ## A look at each of these in passing
	@export SECONDS_EACH=8 CONFIGURATION=debug; $(call try,fuzz,Tests/fuzz/run)

# Leaks are not looked for: Swift's runtime keeps what it will need again.
sanitize: ## Run the tests of all targets under the address sanitizer, then under the thread sanitizer
	$(SWIFT) build --build-tests --sanitize=address --scratch-path .build-asan
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --skip-build --disable-xctest --sanitize=address --scratch-path .build-asan
	$(SWIFT) build --build-tests --sanitize=thread --scratch-path .build-tsan
	$(SWIFT) test --skip-build --disable-xctest --sanitize=thread --scratch-path .build-tsan

# All points, each both ways, take an hour; a selection takes some minutes.
killed: build ## Kill apply and rollback at some moments, and break things under them; needs root
	@$(call try,killed,Tests/crash/run $${EVERY:-128} && Tests/crash/faults)

crash: ## Kill apply and rollback at every moment (root; an hour)
	@$(WITH_SWIFT) Tests/crash/run 1

bench: ## Measure: the planner, the start, plans of 1,000 hosts, reserving at boot, a plan against reading with virsh, QEMU's own memory, moves of memory (needs root and libvirt)
	@$(WITH_SWIFT) Tests/bench/planner.sh
	@$(WITH_SWIFT) Tests/bench/start
	@$(WITH_SWIFT) Tests/bench/fleet
	@$(WITH_SWIFT) Tests/bench/run
	@$(WITH_SWIFT) Tests/bench/boot
	@Tests/bench/overhead
	@Tests/bench/moves

# Not part of the tests of a change: a release build and some minutes of CP-SAT.
oracle: ## Ask CP-SAT what the planner is asked, SETS=1000 sets of guests, and have each plan judged; SEED= repeats a run
	@$(WITH_SWIFT) Tests/oracle/run $(SETS) $(SEED)

install: ## Install what `make release` has built: make install DESTDIR= PREFIX=/usr/local
	@test -x $(RELEASE) || { echo "install: run make release first"; exit 1; }
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(UNITDIR)
	install -m 0755 $(RELEASE) $(DESTDIR)$(BINDIR)/numactl-plan
	for page in $(PAGES); do \
	    install -D -m 0644 manpages/$$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page || exit 1; \
	done
	for unit in $(UNITS); do \
	    sed 's|/usr/bin/numactl-plan|$(BINDIR)/numactl-plan|' examples/systemd/$$unit > $(DESTDIR)$(UNITDIR)/$$unit && \
	    chmod 0644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done
	install -d $(DESTDIR)$(TMPFILESDIR) && install -m 0644 examples/systemd/tmpfiles.d/numactl-plan.conf $(DESTDIR)$(TMPFILESDIR)/
	for daemon in libvirtd virtqemud; do \
	    install -D -m 0644 examples/systemd/$$daemon.service.d/10-numactl-plan.conf \
	        $(DESTDIR)$(DOCDIR)/examples/systemd/$$daemon.service.d/10-numactl-plan.conf || exit 1; \
	done
	install -d $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR) $(DESTDIR)$(DATADIR)/schema
	$(RELEASE) --generate-completion-script bash > $(DESTDIR)$(BASHDIR)/numactl-plan
	$(RELEASE) --generate-completion-script zsh > $(DESTDIR)$(ZSHDIR)/_numactl-plan
	$(RELEASE) --generate-completion-script fish > $(DESTDIR)$(FISHDIR)/numactl-plan.fish
	chmod 0644 $(DESTDIR)$(BASHDIR)/numactl-plan $(DESTDIR)$(ZSHDIR)/_numactl-plan $(DESTDIR)$(FISHDIR)/numactl-plan.fish
	for format in $(SCHEMAS); do \
	    $(RELEASE) schema $$format > $(DESTDIR)$(DATADIR)/schema/$$format.schema.json && \
	    chmod 0644 $(DESTDIR)$(DATADIR)/schema/$$format.schema.json || exit 1; \
	done
	cd contrib && find ansible -type f -exec install -D -m 0644 {} $(abspath $(DESTDIR)$(DATADIR))/contrib/{} \;
	install -d $(DESTDIR)$(DOCDIR)/examples/base $(DESTDIR)/etc/numactl-plan
	install -m 0644 README.md CHANGELOG.md LICENSE $(DESTDIR)$(DOCDIR)/
	install -m 0644 examples/*.yaml examples/*.json $(DESTDIR)$(DOCDIR)/examples/
	install -m 0644 examples/base/*.xml $(DESTDIR)$(DOCDIR)/examples/base/
	install -d $(DESTDIR)$(DOCDIR)/examples/prometheus $(DESTDIR)$(DOCDIR)/examples/ci
	install -m 0644 examples/prometheus/*.yml $(DESTDIR)$(DOCDIR)/examples/prometheus/
	install -m 0644 examples/ci/*.yml $(DESTDIR)$(DOCDIR)/examples/ci/
	install -D -m 0644 examples/ci/action/action.yml $(DESTDIR)$(DOCDIR)/examples/ci/action/action.yml
	install -d $(DESTDIR)$(DATADIR)/ci
	install -m 0755 examples/ci/comment-* examples/ci/check-site $(DESTDIR)$(DATADIR)/ci/

uninstall: ## Remove what install has put there; /etc/numactl-plan stays
	rm -f $(DESTDIR)$(BINDIR)/numactl-plan $(DESTDIR)$(TMPFILESDIR)/numactl-plan.conf
	for page in $(PAGES); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS))
	rm -f $(DESTDIR)$(BASHDIR)/numactl-plan $(DESTDIR)$(ZSHDIR)/_numactl-plan $(DESTDIR)$(FISHDIR)/numactl-plan.fish
	rm -rf $(DESTDIR)$(DOCDIR) $(DESTDIR)$(DATADIR)

clean: ## Remove everything that was built
	rm -rf .build .build-*
