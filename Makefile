# Targets are listed by `make help`.

FUZZTIME ?= 10s
BENCHTIME ?= 1s

.PHONY: all help check build test long race fuzz mutants coq laws cluster bench atlas keys golden plots site shots pages browser dist wheel module clean

all: check ## check everything (the default)

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

check: ## formatting, vet, tests, a tidy go.mod
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$files" ]; then echo "gofmt is needed:"; echo "$$files"; exit 1; fi
	go vet ./...
	go mod tidy -diff
	$(MAKE) test

build: ## the binary, ./crosscut, with its commit in it (one to two minutes the first time)
	go build -buildvcs=auto -v -o crosscut ./cmd/crosscut

# Tests leave much behind and keep little: a collector that runs less often saves a fifth. The longest package that
# would be among the last comes first: at the end a core would wait for it.
test: ## every test that needs Go and nothing else, each law at small sizes
	GOGC=800 go test ./reductions/script ./...

long: ## every test in its long form: the tutorial is built, laws run at larger sizes
	CROSSCUT_LONG=1 go test -count=1 -timeout 30m ./...

race: ## every test under the race detector
	go test -race ./...

fuzz: ## every fuzz target for FUZZTIME each
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "== $$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

mutants: ## change the code in one place at a time and see that a test notices; MUTANTS=packages, minutes for each
	go run ./internal/mutate $(MUTANTS)

MUTANTS ?= protocol protocol/bounds/check internal/units reductions+reductions/matrix reductions/validate reductions/falsify

coq: ## let Coq accept the proofs of protocol/bounds/check/coq and exported certificates: the 4 x 4 census, EQ_4, DISJ_4, promise problems; skipped where coqc is absent
	@command -v coqc >/dev/null || { echo "skipped: coqc is not installed (Debian: apt-get install coq)"; exit 0; }; \
	CROSSCUT_COQ=1 go test ./protocol/bounds/atlas -count=1 -v -run '^TestCoq$$'

laws: ## every test that ranges over a catalogue, with the entries of docs/adding.md among the others; minutes
	CROSSCUT_LONG=1 go test ./cmd/crosscut -count=1 -v -timeout 20m -run '^TestLawsOfNewEntries$$'

cluster: ## run units on a Slurm of this machine's own, with faults; skipped where Slurm is absent
	CROSSCUT_CLUSTER=1 go test ./cmd/crosscut -count=1 -v -run '^TestCluster$$'

bench: ## every benchmark; docs/performance.md has the figures
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

atlas: ## make the list of all matrices up to 6 x 6 again; two minutes on two cores
	CROSSCUT_ATLAS=1 go test ./protocol/bounds/atlas -count=1 -run Make
	git diff --stat

keys: ## find the enumerated keys of sparse averaging again, and verify every set
	CROSSCUT_KEYS=1 go test ./models/keys -count=1 -run Enumerated
	git diff --stat

golden: ## rewrite the expected outputs; read the difference before you commit it
	CROSSCUT_GOLDEN=1 CROSSCUT_LONG=1 go test ./cmd/crosscut ./report/... ./lab/story -count=1
	git diff --stat

plots: docs/img/qsa.svg docs/img/match3.svg ## the pictures of the README

docs/img/qsa.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task qsa --model attention,rnn,mlp --n 64:16384:x4 --svg $@ --quiet > /dev/null

docs/img/match3.svg: FORCE
	@mkdir -p docs/img
	go run ./cmd/crosscut table --task match3 --model attention,tensor-attention,rnn --n 64:4096:x4 --svg $@ --quiet > /dev/null

ENGINE = GOOS=js GOARCH=wasm go build -trimpath -gcflags=all=-l -ldflags='-s -w'

site: ## the lab as a static folder, build/site, its engine as WebAssembly
	rm -rf build/site && mkdir -p build/site
	cp -r lab/static/. build/site/
	$(ENGINE) -o build/site/engine.wasm ./lab/wasm
	@command -v xz >/dev/null || { echo "make site packs the engine with xz (Debian: apt-get install xz-utils)"; exit 1; }
	xz --lzma2=preset=9e,dict=32MiB --check=crc32 build/site/engine.wasm
	cp lab/wasm/xz.js build/site/
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" build/site/
	sed -e 's|name="crosscut-engine" content="server"|name="crosscut-engine" content="wasm"|' \
		-e "s|<meta charset=\"utf-8\">|&\n<meta http-equiv=\"Content-Security-Policy\" content=\"$(SITE_POLICY)\">|" \
		lab/static/index.html > build/site/index.html
	@echo "serve build/site over HTTP"

SITE_POLICY = default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'

pages: ## the engine for the static copy compiles; every room of the lab in Chromium, a minute; skipped with a word where Chromium is absent
	$(ENGINE) -o build/engine.wasm ./lab/wasm
	CROSSCUT_BROWSER=short go test ./lab -count=1

shots: ## the screenshots of the README, docs/img/lab-*.png
	CROSSCUT_BROWSER=short CROSSCUT_SHOTS=1 go test ./lab -count=1 -run Shots

browser: site ## every browser test, with axe-core from npm; pictures at five widths under build/browser
	npm --prefix build/npm install --no-save --ignore-scripts --no-audit --no-fund axe-core@4.14.1
	echo "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c  build/npm/node_modules/axe-core/axe.min.js" | sha256sum -c -
	CROSSCUT_BROWSER=1 go test ./lab -count=1 -v -timeout 20m -run 'Browser|Pictures|NoShift|Story|Gestures|BreakScenes|Claims|Handwork|Export|Site|AuditFinds|Gallery|Object|Own|Vacuous|Machine|Write|Monkey|Axe|Touch|Frames|Paint|Sheet|FocusArrives'

# The platforms of dist; no cgo, so that a binary needs nothing on its machine.
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
VERSION ?= 0.1.0.dev$(shell git rev-list --count HEAD)+g$(shell git rev-parse --short HEAD)
SBOM = go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 bin -json -noserial -notimestamp

dist: ## static binaries and wheels for six platforms, checksums and a bill of materials, in build/dist
	rm -rf build/dist && mkdir -p build/dist
	@set -e; for platform in $(PLATFORMS); do \
		os=$${platform%/*}; arch=$${platform#*/}; ending=; [ $$os != windows ] || ending=.exe; \
		echo "$$platform"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -buildvcs=auto -trimpath -ldflags='-s -w -buildid=' -o build/dist/crosscut-$$os-$$arch$$ending ./cmd/crosscut; \
	done
	@cd build/dist && $(SBOM) -output sbom.cdx.json ./crosscut-linux-amd64 || { echo "the bill of materials needs the module proxy; it is left out"; rm -f sbom.cdx.json; }
	go run ./internal/dist -version $(VERSION) build/dist

wheel: ## a Python wheel with the binary for this machine, in build/wheel: pip install build/wheel/*.whl
	rm -rf build/wheel && mkdir -p build/wheel
	CGO_ENABLED=0 go build -buildvcs=auto -trimpath -ldflags='-s -w' -o "build/wheel/crosscut-$$(go env GOOS)-$$(go env GOARCH)$$(go env GOEXE)" ./cmd/crosscut
	go run ./internal/dist -version $(VERSION) build/wheel

# PATH on make's command line also reaches the shell, which then finds no command:
# the recipe asks for the standard folders again.
module: ## rename the module everywhere: make module PATH=host/owner/crosscut
	@new='$(PATH)'; PATH=$$(command -p getconf PATH); export PATH; \
	case "$$new" in *:*|/*|*[!A-Za-z0-9._/~-]*|*/|*//*|''|[!a-z0-9]*) echo "usage: make module PATH=host/owner/crosscut"; exit 2;; */*) ;; *) echo "usage: make module PATH=host/owner/crosscut"; exit 2;; esac; \
	old=$$(sed -n 's/^module //p' go.mod); \
	find . -name '*.go' -o -name '*.md' -o -name go.mod | grep -v '^\./build/' | \
		xargs sed -i.before -e "s|\"$$old/|\"$$new/|g" -e "s|^module $$old\$$|module $$new|" && \
	find . -name '*.before' -exec rm {} + && echo "module $$new"

FORCE:

clean: ## remove what was built
	rm -rf build crosscut
	go clean -fuzzcache
