# The one door: what CI runs is what a person runs. `make` prints the list.
.DEFAULT_GOAL := help
.PHONY: help demo run corpus test thorough check battery bench format lock debian
SHELL := /bin/sh
BIN := .venv/bin
CODE := oficialia signing storage workers certs tests
PINNED := requirements/install requirements/uv.txt requirements/runtime.txt requirements/embedded.txt setup.cfg pyproject.toml
# The programs of the pages: sources, what builds them, and what they are built from.
SCRIPTS := $(wildcard oficialia/scripts/*.js oficialia/scripts/comun/*.js) $(addprefix oficialia/scripts/,build build.mjs package-lock.json)
# Two workers: each starts services of its own, and the tests are made for two cores.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

help: ## Muestra esta ayuda
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.demo ## Presenta una petición de prueba de principio a fin, y comprueba los sellos
	@$(BIN)/oficialia demo

run: .venv/.demo ## Pone en marcha el sitio en http://127.0.0.1:8000 hasta Ctrl-C
	@exec $(BIN)/oficialia correr

corpus: .venv/.demo ## Envía cada archivo de CORPUS=carpeta por el camino real y dice qué fue de él
	@test -n "$(CORPUS)" || { echo "Diga dónde están los archivos: make corpus CORPUS=carpeta" >&2; exit 2; }
	@$(BIN)/oficialia corpus "$(CORPUS)"

test: .venv/.test debian ## Corre las pruebas, en menos de diez minutos
	$(PYTEST) -m "not thorough"

thorough: .venv/.test debian ## Corre las demás: la otra base de datos, lo que tarda, y los archivos reales
	$(PYTEST) -m thorough

check: .venv/.test ## Revisa estilo, tipos, fronteras entre paquetes y migraciones; luego corre todas las pruebas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	.ci/migrations
	@$(MAKE) --no-print-directory thorough
	@$(MAKE) --no-print-directory test

battery: .venv/.test ## Mata cada parte de la oficina mientras llegan promociones, y cuenta qué se perdió (15 minutos)
	@$(BIN)/python -m tests.battery

bench: .venv/.test ## Mide el sellado contra otros motores, y el veredicto: tablas y var/bench/*.json (10 minutos)
	@$(BIN)/python -m tests.bench

format: .venv/.test ## Da formato al código
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/.demo ## Vuelve a fijar las versiones de requirements/*.in y de los programas de las páginas
	cd requirements && for set in runtime embedded test uv node; do \
	  ../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    $$set.in -o $$set.txt || exit 1; done
	cd oficialia/scripts && PATH="$$PATH:$(CURDIR)/$(BIN)" && npm install --package-lock-only --save-dev --save-exact \
	  $$(node -p 'Object.keys(require("./package.json").devDependencies).map((name) => `$${name}@latest`).join(" ")')

.venv/.demo: $(PINNED) $(SCRIPTS)
	@requirements/install runtime embedded
	@oficialia/scripts/build
	@touch $@

.venv/.test: $(PINNED) $(SCRIPTS) requirements/test.txt
	@requirements/install runtime embedded test
	@oficialia/scripts/build
	@touch $@ .venv/.demo

debian:
	@.ci/debian
