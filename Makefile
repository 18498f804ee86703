# make setup | images | demo | demo-model | eval-smoke | test | real-model | check | bench | clean
# Each installs what it needs first and says so; the second time it is quick. ARGS= goes to pytest and bench.
PY := .venv/bin/python
.PHONY: eval-smoke setup images demo demo-model test real-model check bench clean

setup: .venv/.ready
	@sh scripts/sandbox.sh

.venv/.ready: pyproject.toml scripts/venv.sh
	@sh scripts/venv.sh

# What the tests run projects of each language in.
images: setup
	@$(PY) scripts/image.py python python-3.13 java-17 node go c rust

demo: setup
	@YES=$(YES) sh scripts/demo.sh

demo-model: setup
	@YES=$(YES) sh scripts/demo.sh --model

test: images
	@sh scripts/postgres.sh
	@sh scripts/chromium.sh
	@sh scripts/tmux.sh
	$(PY) -m pytest -n auto --dist loadfile $(ARGS)

real-model: .venv/.ready
	@sh scripts/real_model.sh $(ARGS)

bench: setup
	$(PY) -m patchwright.evals.bench $(ARGS)

eval-smoke: images
	@sh scripts/eval_smoke.sh

check: .venv/.ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	.venv/bin/pyright

clean:
	rm -rf .venv .real-model .eval-smoke build dist *.egg-info .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
