#!/bin/sh
# Trains a small model from the corpus to a GGUF file: retrain.sh CORPUS WORK [STEPS]
#
# CORPUS is a folder made by collect.py, WORK one for everything that comes of it. 600 steps of 16k
# tokens, the default, take about half an hour on two cores with AMX and give a toy; the last 40 % of
# them lower the learning rate. Run it again after an interruption: training resumes.
set -eu
corpus=$1 work=$2 steps=${3:-600}
here=$(dirname "$0")
python=${PYTHON:-python3}
[ -f "$work/train.jsonl" ] || "$python" "$here/prepare.py" --corpus "$corpus" --work "$work"
# Without Node.js and the project's packages there are no such holes, and the rest is the same.
[ -f "$work/train.nodes.bin" ] || node "$here/syntax_nodes.mjs" "$work" ||
  echo "going on without holes that are syntax nodes" >&2
[ -f "$work/tokenizer.json" ] || "$python" "$here/tokenizer.py" --work "$work"
constant=$((steps * 6 / 10))
final=$work/runs/final
if [ ! -d "$final" ]; then
  "$python" "$here/train.py" --work "$work" --run main --steps "$constant"
fi
"$python" "$here/train.py" --work "$work" --run final --from "$work/runs/main" \
  --decay $((steps - constant))
"$python" "$here/evaluate.py" "$final" --work "$work" --holes 20 --threads 2
"$python" "$here/export_gguf.py" "$final" "$work/lacuna-embedded-q8_0.gguf" --work "$work"
