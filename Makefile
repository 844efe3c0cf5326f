# The front door. `make run` and `make test` install what is missing (tools/install.sh), then work.
PYTHON ?= /usr/bin/python3
LISTEN ?= 127.0.0.1:8080
DATA ?= build/demo

.PHONY: run build test soak bench format clean

run: build
	build/src/cmd/violet demo --listen $(LISTEN) --data $(DATA)

build:
	@tools/install.sh build
	@tools/build.sh build --buildtype=release

test:
	@tools/install.sh build test
	@$(PYTHON) tools/run_tests.py

# SOAK_MINUTES=5: a short one
soak:
	@tools/install.sh build test
	@$(PYTHON) tools/soak.py

# FULL=1: among a million accounts, too
bench: build
	@tools/install.sh bench
	@ninja -C build --quiet bench-programs
	@$(PYTHON) tests/bench/bench.py build $(if $(FULL),--full)

format:
	@$(PYTHON) tools/check_format.py --mend

clean:
	rm -rf build build-test
