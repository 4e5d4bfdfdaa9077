# Loket. `make run` and `make test` are all a newcomer needs; both install what is missing first.
# Everything built goes below build/, one folder for each kind of build.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
BUILD    ?= build
CC       := gcc
comma    := ,

PACKAGES := gcc make pkg-config libc6-dev libncurses-dev libsqlite3-dev libcurl4-openssl-dev libcjson-dev \
            libmicrohttpd-dev libgnutls28-dev liboath-dev libsodium-dev libssl-dev libpcre2-dev libpq-dev libpango1.0-dev fonts-dejavu-core
# What only the tests and the developers' targets need.
TEST_PACKAGES := libvterm-dev openssl patch libfaketime libmimalloc-dev poppler-utils
FUZZ_PACKAGES := clang libclang-rt-dev
# Validators to measure beside ours.
BENCH_PACKAGES := g++ python3-jsonschema libvalijson-dev nlohmann-json3-dev
# A store that no one machine can take away (tests/hall/cluster).
CLUSTER_PACKAGES := postgresql-15 etcd-server patroni haproxy curl
DEB_PACKAGES   := dpkg-dev lintian git jq
DEV_PACKAGES  := clang-format cppcheck shellcheck python3-pil tmux htop tig less

CORE_ROOMS    := base model form catalogue wire db command
STATION_ROOMS := $(addprefix core/,$(CORE_ROOMS) cache sync) tui screens
HALL_ROOMS    := $(addprefix core/,$(CORE_ROOMS) demo hall)

# A program of its own, so that the workstation starts without the libraries of print.
PRINT_ROOMS   := core/base core/wire core/print

STATION_MAIN := screens/main.c
HALL_MAIN    := core/hall/main.c
sources       = $(sort $(foreach room,$(1),$(wildcard $(room)/*.c)))
# A workstation keeps its data in a file and is not linked with libpq.
HALL_ALONE   := core/db/postgres.c core/db/postgres_line.c core/db/postgres_news.c core/db/scratch.c
STATION_SRC  := $(filter-out $(STATION_MAIN) $(HALL_ALONE),$(call sources,$(STATION_ROOMS)))
HALL_SRC     := $(filter-out $(HALL_MAIN),$(call sources,$(HALL_ROOMS)))
PRINT_SRC    := $(call sources,$(PRINT_ROOMS))
ALL_SRC      := $(sort $(STATION_SRC) $(HALL_SRC))
SUPPORT_SRC  := $(wildcard tests/support/*.c)
UNIT_SRC     := $(wildcard tests/unit/*.c tests/screen/*.c)
# The simulated disk is put below the shipped code by the linker (tests/sim/disk.h).
SIM_SRC      := $(filter-out %_test.c %/main.c,$(wildcard tests/sim/*.c))
SIM_WRAP     := $(addprefix -Wl$(comma)--wrap=,open __open_2 close read __read_chk pread __pread_chk write pwrite \
                fsync fdatasync ftruncate fstat stat lstat access rename unlink mkdir rmdir chmod)
# What a fuzzer is made of beside its own file; transactions are put inside one that is rolled back (tests/fuzz/nest.h).
FUZZ_SRC     := $(filter-out %_fuzz.c %/replay.c %/mutate.c,$(wildcard tests/fuzz/*.c)) tests/support/pair.c
FUZZ_WRAP    := $(addprefix -Wl$(comma)--wrap=,db_begin db_commit db_rollback db_script db_checkpoint \
                clock_wall_now_ms clock_mono_now_ms)
SCRIPTS      := $(wildcard tests/*.sh tests/*/*.sh tests/hall/cluster/*.sh core/deb/*.sh themes/*/*.sh .ci/run)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
            -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wnull-dereference -Wduplicated-cond \
            -Wlogical-op -Wimplicit-fallthrough -Wcast-qual
PKGS_USED := libmicrohttpd gnutls libsodium libcrypto libcjson libpcre2-8 libcurl ncursesw sqlite3
CPPFLAGS += -I. -I$(OUT)/gen -D_GNU_SOURCE -DLOKET_VERSION='"$(VERSION)"' -DLOKET_PREFIX='"$(PREFIX)"'
CFLAGS   := -std=c17 -g $(WARNINGS)
# Hardening where it costs nothing; no path of this machine, so that any clone gives the same bytes; sections so that the
# linker drops what a program does not use.
RELEASE  := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection \
            -ffile-prefix-map=$(CURDIR)=. -ffunction-sections -fdata-sections
SANITIZE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS  := -Wl,--as-needed -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now
CORE_LIBS    := -lcjson -lsqlite3 -lsodium -lcrypto -lpcre2-8 -lm
STATION_LIBS := $(CORE_LIBS) -lcurl -lncursesw -ltinfo
HALL_LIBS    := $(CORE_LIBS) -lpq -lmicrohttpd -lgnutls -loath -lcurl
TEST_LIBS    := $(STATION_LIBS) -lpq -lmicrohttpd -lgnutls -loath -lvterm -lutil

# KIND is release or san; a sub-make builds the other kind with the same rules.
KIND ?= release
OUT  := $(BUILD)/$(KIND)
MODE := $(if $(filter san,$(KIND)),$(SANITIZE),$(RELEASE))
ifeq ($(KIND),fuzz)
# libFuzzer is clang's; its word for ASan differs from gcc's, by which core/wire tells that it must not keep blocks.
CC       := clang
CFLAGS   := -std=c17 -g -Wall -Wextra
MODE     := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
            -D__SANITIZE_ADDRESS__=1
endif
obj   = $(patsubst %.c,$(OUT)/%.o,$(1))
PO_C := $(OUT)/gen/po.c

.PHONY: all run test kills unit e2e hall deps test-deps dev-deps fuzz fuzz-deps bench-deps cluster cluster-deps san layers lint format bench pictures install deb deb-deps deb-test clean help
.DELETE_ON_ERROR:

all: $(BUILD)/loket $(BUILD)/loketd $(BUILD)/loket-pdf

run: deps ## opens the workstation on a hall of its own
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@exec $(BUILD)/loket --hall practice --demo first-day --tour

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1  /p' Makefile

$(BUILD)/loket $(BUILD)/loketd $(BUILD)/loket-pdf: $(BUILD)/%: $(BUILD)/release/%
	@ln -f $< $@

$(OUT)/loket: $(call obj,$(STATION_SRC) $(STATION_MAIN)) $(OUT)/gen/po.o
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -o $@ $^ $(STATION_LIBS)

$(OUT)/loketd: $(call obj,$(HALL_SRC) $(HALL_MAIN))
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -o $@ $^ $(HALL_LIBS)

$(OUT)/loket-pdf: $(call obj,$(PRINT_SRC))
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs pangocairo) $(CORE_LIBS)
$(OUT)/core/print/pdf.o: CPPFLAGS += $(subst -I,-isystem ,$(shell pkg-config --cflags pangocairo))

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc      $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(MODE) -MMD -MP -c -o $@ $<

# The translations of the interface, screens/po/*.po, as one sorted C table.
$(PO_C): screens/po/po2c.awk $(wildcard screens/po/*.po)
	@mkdir -p $(@D)
	@LC_ALL=C awk -f screens/po/po2c.awk $(sort $(wildcard screens/po/*.po)) > $@
$(OUT)/gen/po.o: $(PO_C)
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(MODE) -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# --- tests -------------------------------------------------------------------------------------
san:
	@$(MAKE) --no-print-directory KIND=san $(BUILD)/san/loket $(BUILD)/san/loketd $(BUILD)/san/loket-pdf $(BUILD)/san/unit
unit: deps test-deps ## the unit tests and golden frames; ONLY=part-of-a-name
	@$(MAKE) --no-print-directory -j$$(nproc) KIND=san $(BUILD)/san/unit $(BUILD)/san/loket-pdf
	@$(BUILD)/san/unit $(ONLY)
hall e2e: deps test-deps ## the real programs: over HTTP, on a terminal; ONLY=part-of-a-name, hall also STORE=postgres
	@BUILD=$(BUILD) ONLY=$(ONLY) STORE=$(STORE) tests/run.sh $@

# Halls of these tests, and of those that drive the programs, may be put into PostgreSQL.
ON_POSTGRES  := tests/unit/on_postgres.c
$(OUT)/unit: $(call obj,$(ALL_SRC) $(SUPPORT_SRC) $(UNIT_SRC)) $(OUT)/gen/po.o
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -Wl,--wrap=db_open -o $@ $^ $(TEST_LIBS)

$(OUT)/tests/bench/bench: $(call obj,$(ALL_SRC) $(wildcard tests/bench/*.c) tests/support/big_form.c) $(OUT)/gen/po.o
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# One program for each file of these layers: they drive the real loket and loketd.
$(OUT)/tests/%: $(OUT)/tests/%.o $(call obj,$(ALL_SRC) $(SUPPORT_SRC) $(ON_POSTGRES)) $(OUT)/gen/po.o
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) -Wl,--wrap=db_open -o $@ $^ $(TEST_LIBS)

# Preloaded into the real programs by tests/hall.
$(OUT)/slow_disk.so: tests/hall/shim/slow_disk.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) -O1 -fPIC -shared -o $@ $< -ldl
$(OUT)/tests/hall/disks_test: | $(OUT)/slow_disk.so

# These run on simulated disks.
$(OUT)/tests/sim/%: $(OUT)/tests/sim/%.o $(call obj,$(ALL_SRC) $(SUPPORT_SRC) $(SIM_SRC)) $(OUT)/gen/po.o
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) $(SIM_WRAP) -o $@ $^ $(TEST_LIBS)

# The fuzzers: libFuzzer's with KIND=fuzz, else what runs their corpora once.
$(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $(call obj,$(ALL_SRC) $(FUZZ_SRC)) $(OUT)/gen/po.o \
                     $(OUT)/tests/fuzz/$(if $(filter fuzz,$(KIND)),mutate,replay).o
	@echo "  link    $@"
	@$(CC) $(MODE) $(if $(filter fuzz,$(KIND)),-fsanitize=fuzzer) $(LDFLAGS) $(FUZZ_WRAP) -o $@ $^ $(TEST_LIBS)
.SECONDARY: $(call obj,$(FUZZ_SRC) $(wildcard tests/fuzz/*.c))
fuzz: deps test-deps fuzz-deps ## looks for inputs that break things; SECONDS=600 a target, FUZZ=name picks one
	@BUILD=$(BUILD) FUZZ_SECONDS=$(or $(SECONDS),600) FUZZ=$(FUZZ) tests/fuzz/run.sh

# The whole hall from a seed: the shipped rooms, with the town's world in place of network, clocks and connections.
TOWN_OUT  := $(addprefix core/hall/,main.c serve.c porter.c practice.c options.c http.c hasher.c courier.c demo.c demo_schema.c) $(HALL_ALONE)
TOWN_SRC  := $(filter-out $(TOWN_OUT),$(call sources,$(addprefix core/,$(CORE_ROOMS) demo cache hall)) \
             core/sync/client_core.c core/sync/driver.c core/sync/line.c) $(SIM_SRC) $(wildcard tests/sim/town/*.c)
TOWN_WRAP := $(SIM_WRAP) $(addprefix -Wl$(comma)--wrap=,clock_wall_now_ms clock_mono_now_ms token_new)
# A town takes and gives back memory for a dozen machines in one thread: mimalloc does it with 6 in 100 fewer
# instructions in all. ASan brings its own.
# SQLite and libsodium are linked in: calls within them then go straight, 2 in 100 again.
TOWN_LIBS := $(if $(filter san,$(KIND)),,-lmimalloc) -lcjson -lcrypto -lgnutls -loath -Wl,-Bstatic -lsqlite3 -lsodium -Wl,-Bdynamic -lpcre2-8 -lm
$(OUT)/sim: $(call obj,$(TOWN_SRC))
	@echo "  link    $@"
	@$(CC) $(MODE) $(LDFLAGS) $(TOWN_WRAP) -o $@ $^ $(TOWN_LIBS)

# For tests/sim/bugs.sh: the same program with one source replaced.
.PHONY: sim bugs town-objects planted planted-sim
town-objects:
	@echo $(call obj,$(TOWN_SRC))
planted:
	@$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-error $(MODE) -c -o $(OBJECT) $(SOURCE)
planted-sim:
	@$(CC) $(MODE) $(LDFLAGS) $(TOWN_WRAP) -o $(PROGRAM) $(OBJECTS) $(TOWN_LIBS)

SEEDS  ?= 1000
EVENTS ?= 10000
sim: deps test-deps ## whole halls from seeds; SEEDS=N EVENTS=N SEED=first
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/release/sim
	@$(BUILD)/release/sim --seed $(or $(SEED),1) --seeds $(SEEDS) --events $(EVENTS) --jobs $$(nproc)
bugs: deps test-deps ## plants bugs and shows how soon the simulator finds each
	@BUILD=$(BUILD) SEED=$(or $(SEED),1) tests/sim/bugs.sh

DRAWN := generated filled form_answer form_fields naughty damage overlay verify
seeds: deps test-deps ## tests that draw, by other seeds; SEED=first N=30
	@$(MAKE) --no-print-directory -j$$(nproc) KIND=san $(BUILD)/san/unit $(addprefix $(BUILD)/san/tests/sim/,crash_test migrate_test moments_test)
	@BUILD=$(BUILD) DRAWN="$(DRAWN)" tests/seeds.sh $(or $(SEED),1) $(if $(filter command%,$(origin N)),$(N),30)

N ?= 1000
kills: deps test-deps ## kill -9 of the real programs under load with a bad network between; N=1000 SEED=
	@$(MAKE) --no-print-directory -j$$(nproc) KIND=san $(BUILD)/san/loket $(BUILD)/san/loketd $(BUILD)/san/tests/hall/storm_test
	@LOKET_KILLS=$(N) $(if $(SEED),LOKET_SEED=$(SEED)) $(BUILD)/san/tests/hall/storm_test

# PostgreSQL refuses to be root.
cluster: deps test-deps cluster-deps ## kills of a hall's PostgreSQL cluster under load (tests/hall/cluster); N=50
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(MAKE) --no-print-directory -j$$(nproc) KIND=san $(BUILD)/san/tests/hall/cluster/cluster_test
	@LOKET_ROUNDS=$(if $(filter command%,$(origin N)),$(N),50) LOKET_CLUSTER=tests/hall/cluster/cluster.sh \
	   LOKETD=$(abspath $(BUILD)/loketd) LOKET_PROGRAMS=$(abspath $(BUILD)) \
	   $$([ "$$(id -u)" -ne 0 ] || echo setpriv --reuid postgres --regid postgres --init-groups) \
	   $(BUILD)/san/tests/hall/cluster/cluster_test

test: deps test-deps ## every layer of tests
	@BUILD=$(BUILD) tests/run.sh
bench: deps test-deps dev-deps bench-deps all ## ratios against a yardstick of the same run
	@$(MAKE) --no-print-directory $(BUILD)/release/tests/bench/bench
	@BUILD=$(BUILD) tests/bench/run.sh

deps:
	@tests/deps.sh $(PACKAGES)
test-deps:
	@tests/deps.sh $(TEST_PACKAGES)
fuzz-deps:
	@tests/deps.sh $(FUZZ_PACKAGES)
dev-deps:
	@tests/deps.sh $(DEV_PACKAGES)
bench-deps:
	@tests/deps.sh $(BENCH_PACKAGES)

# --- order in the house ---------------------------------------------------------------------------
layers: ## proves the walls between the rooms
	@tests/layers.sh

lint: dev-deps layers ## clang-format, cppcheck, shellcheck
	@clang-format --dry-run -Werror $(shell git ls-files '*.c' '*.h')
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	   --suppress=missingIncludeSystem --suppress=checkersReport -I. -DLOKET_VERSION='""' -DLOKET_PREFIX='""' tui core screens
	@shellcheck $(SCRIPTS)
	@echo "lint: clean"

pictures: dev-deps test-deps all ## the README's pictures and key table, from the real program, and the guide's
	@themes/pictures/draw.sh $(BUILD)

install: all ## PREFIX=/usr/local DESTDIR=
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(BUILD)/loket $(BUILD)/loketd
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/libexec/loket $(BUILD)/loket-pdf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/loket/themes themes/*.theme
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/loket/scenarios core/demo/scenarios/*.scenario
	for pack in core/packs/??; do \
	   install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/loket/packs/$${pack##*/} $$pack/*.json && \
	   install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/loket/packs/$${pack##*/}/services $$pack/services/*.json; done
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/loket/screens/guide screens/guide/*.md
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/loket/themes/pictures/guide themes/pictures/guide/*.svg
	install -D -m 644 screens/loket.1 $(DESTDIR)$(PREFIX)/share/man/man1/loket.1
	install -D -m 644 core/hall/loketd.8 $(DESTDIR)$(PREFIX)/share/man/man8/loketd.8
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system core/hall/loketd.service core/hall/loketd@.service core/hall/loketd-deliver.service
	install -D -m 644 screens/loket.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/loket
	install -D -m 644 screens/_loket $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_loket

cluster-deps:
	@tests/deps.sh $(CLUSTER_PACKAGES)
deb-deps:
	@tests/deps.sh $(DEB_PACKAGES)
deb: deps deb-deps ## a Debian package of the workstation and one of the hall, in build/deb
	@rm -rf $(BUILD)/deb/tree
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(abspath $(BUILD))/deb/build PREFIX=/usr all
	@$(MAKE) --no-print-directory -s BUILD=$(abspath $(BUILD))/deb/build PREFIX=/usr DESTDIR=$(abspath $(BUILD))/deb/tree install
	@core/deb/build.sh $(BUILD)/deb/tree $(BUILD)/deb $(VERSION)
deb-test: deps deb-deps ## the packages: the same bytes twice, lintian, install, upgrade, removal; as root
	@tests/deb.sh

format:
	@clang-format -i $(shell git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD)
