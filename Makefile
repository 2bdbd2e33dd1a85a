# Targets are listed by `make help`.

FUZZTIME ?= 10s
BENCHTIME ?= 1s

.PHONY: all help check test race fuzz bench golden plots site shots browser clean

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
	CROSSCUT_GOLDEN=1 go test ./cmd/crosscut ./report/... ./reductions/story -count=1
	git diff --stat

plots: docs/img/qsa.svg docs/img/match3.svg ## the pictures of the README

docs/img/qsa.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task qsa --model attention,rnn,mlp --n 64:16384:x4 --svg $@ --quiet > /dev/null

docs/img/match3.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task match3 --model attention,tensor-attention,rnn --n 64:4096:x4 --svg $@ --quiet > /dev/null

site: ## the lab as a static folder, build/site, its engine as WebAssembly
	rm -rf build/site && mkdir -p build/site
	cp -r lab/static/. build/site/
	GOOS=js GOARCH=wasm go build -trimpath -ldflags='-s -w' -o build/site/engine.wasm ./lab/wasm
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" build/site/
	sed -e 's|name="crosscut-engine" content="server"|name="crosscut-engine" content="wasm"|' \
		-e "s|<meta charset=\"utf-8\">|&\n<meta http-equiv=\"Content-Security-Policy\" content=\"$(SITE_POLICY)\">|" \
		lab/static/index.html > build/site/index.html
	@echo "$$(gzip -9c build/site/engine.wasm | wc -c) bytes of engine compressed; serve build/site over HTTP"

SITE_POLICY = default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'

shots: ## the screenshots of the README, docs/img/lab-*.png
	CROSSCUT_SHOTS=1 go test ./lab -count=1 -run Shots

browser: site ## every browser test; pictures at three widths under build/browser
	CROSSCUT_BROWSER=1 go test ./lab -count=1 -v -timeout 20m -run 'Browser|Pictures|NoShift|Tour|Claims|Handwork|Export|Site|AuditFinds'

FORCE:

clean: ## remove what was built
	rm -rf build crosscut
	go clean -fuzzcache
