# quern: `make` builds, `make demo` shows it, `make check` tests it. Variables that matter:
#   CC=clang  BUILD=build  CFLAGS=…  LINE_EDITOR=readline|libedit  PREFIX=/usr/local  DESTDIR=
#   FLOORS="base column" compiles only these folders of src/ (for work on one of them)

VERSION     := $(shell sed -n 's/.*QUERN_VERSION "\(.*\)"/\1/p' src/base/version.h)
BUILD       := build
PREFIX      := /usr/local
DESTDIR     :=
LINE_EDITOR := readline
CC          := gcc
AR          := ar
LD          := ld
OBJCOPY     := objcopy
CFLAGS      := -O2 -g -DNDEBUG
FLOORS      := $(shell sed -n 's/^\([a-z]*\):.*/\1/p' src/LAYERS)
MACHINE     := $(shell $(CC) -dumpmachine)

# ---- what is linked, and why: README.md ----
PKG_CONFIG   := pkg-config
LIB_PACKAGES := sqlite3 libutf8proc libpcre2-8 libmd zlib libzstd liblzma
LIB_CFLAGS   := $(shell $(PKG_CONFIG) --cflags $(LIB_PACKAGES))
LIB_LIBS     := $(shell $(PKG_CONFIG) --libs $(LIB_PACKAGES)) -lbz2 -lcsv -lm -ldl -pthread
EDITOR_PACKAGE := $(if $(filter libedit,$(LINE_EDITOR)),libedit,readline)
EDITOR_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(EDITOR_PACKAGE)) $(if $(filter libedit,$(LINE_EDITOR)),-DQUERN_LIBEDIT)
EDITOR_LIBS   := $(shell $(PKG_CONFIG) --libs $(EDITOR_PACKAGE))

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
# -ffp-contract=off: every machine and kernel level gives the same sums
C_FLAGS  := -std=c17 -D_GNU_SOURCE -fPIC -fvisibility=hidden -ffp-contract=off -pthread -MMD -MP $(WARNINGS) \
            -Isrc -Iinclude $(LIB_CFLAGS)

# ---- objects ----
LIB_FOLDERS    := $(filter-out cli,$(FLOORS))
LIB_SOURCES    := $(sort $(foreach f,$(LIB_FOLDERS),$(shell find src/$(f) -name '*.c')))
# A kernel file is compiled once for each level of CPU; base/cpu.h chooses at run time.
KERNEL_SOURCES := $(foreach s,$(LIB_SOURCES),$(if $(findstring /kernel/,$(s)),$(s)))
KERNEL_LEVELS  := portable $(if $(filter x86_64%,$(MACHINE)),avx2 avx512)
KERNEL_FLAGS_portable :=
KERNEL_FLAGS_avx2     := -march=x86-64-v3
KERNEL_FLAGS_avx512   := -march=x86-64-v4 -mavx512vbmi2
PLAIN_OBJECTS  := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out $(KERNEL_SOURCES),$(LIB_SOURCES)))
KERNEL_OBJECTS := $(foreach l,$(KERNEL_LEVELS),$(patsubst %.c,$(BUILD)/obj/%.$(l).o,$(KERNEL_SOURCES)))
LIB_OBJECTS    := $(PLAIN_OBJECTS) $(KERNEL_OBJECTS)
CLI_OBJECTS    := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard src/cli/*.c))

# `make V=1` shows the commands.
Q := $(if $(V),,@)
SAY = @$(if $(V),true,printf '  %-4s %s\n')

.PHONY: all plugins demo check unit slt cli-check examples asan tsan fuzz random bench bench-bounded bench-cancel bench-csv bench-scaling bench-small bench-tpch man lint format install clean
all: $(BUILD)/quern $(BUILD)/libquern.a $(BUILD)/libquern.so plugins

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(C_FLAGS) $(if $(filter src/cli/%,$<),$(EDITOR_CFLAGS)) $(CFLAGS) -c $< -o $@

define KERNEL_RULE
$(BUILD)/obj/%.$(1).o: %.c
	@mkdir -p $$(@D)
	$$(SAY) CC $$@
	$$(Q)$$(CC) $$(C_FLAGS) $$(CFLAGS) -O3 $$(KERNEL_FLAGS_$(1)) -DKERNEL_LEVEL=$(1) -c $$< -o $$@
endef
$(foreach l,$(KERNEL_LEVELS),$(eval $(call KERNEL_RULE,$(l))))

# All objects with their inner symbols: what the tests link.
$(BUILD)/libquern-internal.a: $(LIB_OBJECTS)
	@rm -f $@
	$(SAY) AR $@
	$(Q)$(AR) rcs $@ $^

# What is installed shows only the names of include/quern/.
$(BUILD)/libquern.a: $(LIB_OBJECTS)
	$(SAY) AR $@
	$(Q)$(LD) -r -o $(BUILD)/libquern.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/libquern.o
	@rm -f $@
	$(Q)$(AR) rcs $@ $(BUILD)/libquern.o

SONAME := libquern.so.$(firstword $(subst ., ,$(VERSION)))
$(BUILD)/libquern.so: $(LIB_OBJECTS)
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME) -o $@ $^ $(LIB_LIBS)
	@ln -sf libquern.so $(BUILD)/$(SONAME)

$(BUILD)/quern: $(CLI_OBJECTS) $(BUILD)/libquern.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIB_LIBS) $(EDITOR_LIBS)

# ---- plugins: table providers as shared libraries, one a folder; they see include/quern/provider.h alone ----
export QUERN_PLUGIN_PATH := $(abspath $(BUILD)/plugins)
# Those in C++ are left out where there is no C++ compiler; the tests want one.
PLUGIN_FOLDERS := $(sort $(dir $(wildcard tests/plugins/*/*.c $(if $(shell command -v $(CXX)),tests/plugins/*/*.cc))))
PLUGINS := $(patsubst tests/plugins/%/,$(BUILD)/plugins/%.so,$(PLUGIN_FOLDERS))
PLUGIN_FLAGS := -fPIC -shared -pthread -fvisibility=hidden -Wall -Wextra -Iinclude
plugins: $(PLUGINS)
.SECONDEXPANSION:
$(PLUGINS): $(BUILD)/plugins/%.so: $$(wildcard tests/plugins/%/*.c tests/plugins/%/*.cc tests/plugins/%/*.h) include/quern/provider.h
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(if $(filter %.cc,$^),$(CXX) -std=c++11,$(CC) -std=c11 -D_GNU_SOURCE) $(PLUGIN_FLAGS) $(CFLAGS) -o $@ $(filter %.c %.cc,$^)

# ---- trying it ----
demo: $(BUILD)/quern
	sh sql/demo.sh $(BUILD)/quern

# ---- tests: tests/README.md says what is where ----
UNIT_SOURCES  := $(wildcard $(foreach f,$(FLOORS),tests/unit/$(f)_*.c))
UNIT_PROGRAMS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SOURCES))
CHECK_FLAGS   := $(shell $(PKG_CONFIG) --cflags check)
CHECK_LIBS    := $(shell $(PKG_CONFIG) --libs check)

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libquern-internal.a
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(filter-out -Wmissing-prototypes,$(C_FLAGS)) $(CHECK_FLAGS) -Itests/unit $(CFLAGS) -o $@ $< $(BUILD)/libquern-internal.a $(LIB_LIBS) $(CHECK_LIBS)

# calls of these functions go through the tests, which count them
$(BUILD)/unit/base_memory_pool: CHECK_LIBS += -Wl,--wrap=memory_unmap
$(BUILD)/unit/engine_looks: CHECK_LIBS += -Wl,--wrap=context_check

$(BUILD)/slt-run: $(wildcard tests/slt/runner/*.c tests/slt/runner/*.h) $(BUILD)/libquern-internal.a
	$(SAY) LD $@
	$(Q)$(CC) $(C_FLAGS) $(CFLAGS) -o $@ $(wildcard tests/slt/runner/*.c) $(BUILD)/libquern-internal.a $(LIB_LIBS)

EXAMPLES := $(patsubst tests/example/%.c,$(BUILD)/example/%,$(wildcard tests/example/*.c))
$(BUILD)/example/%: tests/example/%.c $(BUILD)/libquern.a include/quern/quern.h
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) -std=c11 -Wall -Wextra -Iinclude $(CFLAGS) -o $@ $< $(BUILD)/libquern.a $(LIB_LIBS)
examples: $(EXAMPLES)

unit: $(UNIT_PROGRAMS)
	sh tests/tools/run_tests.sh unit $(UNIT_PROGRAMS)

FILES := tests/slt
slt: $(BUILD)/slt-run plugins
	$(BUILD)/slt-run $(SLT_FLAGS) $(FILES)

# Preloaded into the program by the tests of what is left when it is killed.
$(BUILD)/fault.so: tests/cli/fault.c
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O1 -fPIC -shared -Wall -Wextra -o $@ $< -ldl

cli-check: all $(BUILD)/slt-run $(BUILD)/fault.so
	QUERN=$(BUILD)/quern sh tests/tools/run_tests.sh cli

check: all $(UNIT_PROGRAMS) $(BUILD)/slt-run $(BUILD)/random $(BUILD)/fault.so examples
	BUILD=$(BUILD) sh tests/tools/run_tests.sh all $(UNIT_PROGRAMS)

SANITIZE := -O1 -g -fno-omit-frame-pointer
# what takes six seconds there may take a minute on a machine that has other things to do
asan tsan: export SLT_TIMEOUT := 600
asan tsan: export CK_TIMEOUT_MULTIPLIER := 10
asan:
	$(MAKE) check BUILD=$(BUILD)-asan CFLAGS="$(SANITIZE) -fsanitize=address,undefined -fno-sanitize-recover=all"
tsan:
	$(MAKE) check BUILD=$(BUILD)-tsan CFLAGS="$(SANITIZE) -fsanitize=thread"

fuzz:
	$(MAKE) -f tests/fuzz/Makefile BUILD=$(BUILD)-fuzz

# SECONDS=500q runs 500 queries.
$(BUILD)/random: $(wildcard tests/random/*.[ch]) $(BUILD)/libquern-internal.a
	$(SAY) LD $@
	$(Q)$(CC) $(C_FLAGS) $(CFLAGS) -o $@ $(wildcard tests/random/*.c) $(BUILD)/libquern-internal.a $(LIB_LIBS)
SECONDS := 60
SEED    := 1
random: $(BUILD)/random
	$(BUILD)/random $(SECONDS) $(SEED) keep

BENCH_SHARED := tests/bench/contender.c tests/bench/series.c
$(BUILD)/bench/generate $(BUILD)/bench/generate_shapes: $(BUILD)/bench/%: tests/bench/%.c tests/bench/output.c tests/bench/output.h
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(C_FLAGS) $(CFLAGS) -o $@ $(filter %.c,$^)
$(BUILD)/bench/bench: tests/bench/bench.c $(BENCH_SHARED)
$(BUILD)/bench/bench_cancel: tests/bench/bench_cancel.c $(BENCH_SHARED)
$(BUILD)/bench/bench_csv: tests/bench/bench_csv.c $(BENCH_SHARED)
$(BUILD)/bench/bench_small: tests/bench/bench_small.c $(BENCH_SHARED)
$(addprefix $(BUILD)/bench/bench_,bounded scaling tpch): $(BUILD)/bench/%: tests/bench/%.c tests/bench/tpch.c tests/bench/duckdb.c $(BENCH_SHARED)
$(BUILD)/bench/duckdb_run: tests/bench/duckdb_run.c tests/bench/duckdb.c $(BENCH_SHARED)
$(addprefix $(BUILD)/bench/,bench bench_bounded bench_cancel bench_csv bench_scaling bench_small bench_tpch duckdb_run): $(wildcard tests/bench/*.h) include/quern/quern.h $(BUILD)/libquern.a
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(C_FLAGS) $(CFLAGS) -o $@ $(filter %.c,$^) $(BUILD)/libquern.a $(LIB_LIBS)
# WORDS="q06 wide" runs only these.
WORDS :=
bench: $(BUILD)/quern $(BUILD)/bench/generate $(BUILD)/bench/bench
	BUILD=$(BUILD) sh tests/bench/run.sh
bench-bounded: $(BUILD)/quern $(BUILD)/bench/bench_bounded plugins
	BUILD=$(BUILD) sh tests/bench/run_duckdb.sh bounded
bench-cancel: $(BUILD)/bench/bench_cancel
	mkdir -p $(BUILD)/bench/cancel
	$(BUILD)/bench/bench_cancel $(BUILD)/bench/cancel 2 2GB 10 $(WORDS)
	$(BUILD)/bench/bench_cancel $(BUILD)/bench/cancel 2 640MB 10 $(WORDS)
bench-small: $(BUILD)/bench/bench_small
	$(BUILD)/bench/bench_small
bench-csv: $(addprefix $(BUILD)/,quern bench/generate_shapes bench/bench_csv bench/duckdb_run) plugins
	BUILD=$(BUILD) sh tests/bench/run_duckdb.sh csv $(WORDS)
bench-scaling: $(BUILD)/quern $(BUILD)/bench/bench_scaling plugins
	BUILD=$(BUILD) sh tests/bench/run_duckdb.sh scaling $(WORDS)
bench-tpch: $(addprefix $(BUILD)/,quern bench/bench_tpch bench/duckdb_run) plugins
	BUILD=$(BUILD) sh tests/bench/run_duckdb.sh tpch $(WORDS)

# ---- the manual's lists of functions ----
man: $(BUILD)/quern
	python3 tests/tools/manual.py $(BUILD)/quern man/quern-sql.7
	sh tests/tools/manual_source.sh man/quern-provider.3 tests/plugins/minimal/minimal.c > $(BUILD)/page
	cp $(BUILD)/page man/quern-provider.3

# ---- manners ----
C_FILES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h')
lint:
	@CC="$(CC)" C_FLAGS="$(filter-out -MMD -MP,$(C_FLAGS))" sh tests/tools/lint.sh $(C_FILES)
format:
	clang-format -i $(C_FILES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/quern $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man3 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 755 $(BUILD)/quern $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(BUILD)/libquern.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(BUILD)/libquern.so $(DESTDIR)$(PREFIX)/lib/libquern.so.$(VERSION)
	ln -sf libquern.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libquern.so
	install -m 644 include/quern/*.h $(DESTDIR)$(PREFIX)/include/quern/
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 man/*.3 $(DESTDIR)$(PREFIX)/share/man/man3/
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7/
	sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@VERSION@|$(VERSION)|g' -e 's|@LIBS@|$(LIB_LIBS)|g' src/engine/quern.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/quern.pc

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-tsan $(BUILD)-fuzz

-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(wildcard $(BUILD)/unit/*.d $(BUILD)/*.d)
