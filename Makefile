# Targets are listed by `make help`.

FUZZTIME ?= 10s
BENCHTIME ?= 1s

.PHONY: all help check test race fuzz bench golden plots clean

all: check ## check everything (the default)

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

check: ## formatting, vet, tests, a tidy go.mod
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$files" ]; then echo "gofmt is needed:"; echo "$$files"; exit 1; fi
	go vet ./...
	go mod tidy -diff
	$(MAKE) test

test: ## every test; under four minutes on two cores
	go test ./...

race: ## every test under the race detector
	go test -race ./...

fuzz: ## every fuzz target for FUZZTIME each
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "== $$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

bench: ## every benchmark; docs/performance.md has the figures
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

golden: ## rewrite the expected outputs; read the difference before you commit it
	CROSSCUT_GOLDEN=1 go test ./cmd/crosscut ./report/... -count=1
	git diff --stat

plots: docs/img/qsa.svg docs/img/match3.svg ## the pictures of the README

docs/img/qsa.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task qsa --model attention,rnn,mlp --n 64:16384:x4 --svg $@ --quiet > /dev/null

docs/img/match3.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task match3 --model attention,tensor-attention,rnn --n 64:4096:x4 --svg $@ --quiet > /dev/null

FORCE:

clean: ## remove what was built
	rm -rf build crosscut
	go clean -fuzzcache
