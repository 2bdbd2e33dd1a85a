#!/usr/bin/env python3
"""The state at the cut of any torch model, for `crosscut falsify --messages`.

    crosscut falsify --reduction index-mqar --n 6 --write-inputs inputs.jsonl
    python3 export_state.py inputs.jsonl mymodel.py messages.jsonl
    crosscut falsify --reduction index-mqar --n 6 --messages messages.jsonl
    crosscut quantise --reduction index-mqar --n 6 --messages messages.jsonl --bits bf16,e4m3,2,4
    crosscut curve --reduction index-mqar --n 6 --messages messages.jsonl

mymodel.py defines two functions. `prefix(tokens)` runs the model over the tokens up to the
cut and returns all that it carries on: a tensor, or lists, tuples and dicts of tensors (a cache).
`finish(state, tokens, read)` goes on from that state over the other tokens and returns the
outputs at the positions `read` (the first token of all is 1), as numbers or lists of numbers;
it may be left out. The message is the bytes of the state, as they lie in memory, and where all its
tensors have one floating type this is stated as dtype.
"""
import importlib.util, json, sys

import torch

def tensors(state):
    if isinstance(state, torch.Tensor):
        yield state
    elif isinstance(state, dict):
        for key in sorted(state):
            yield from tensors(state[key])
    elif isinstance(state, (list, tuple)):
        for part in state:
            yield from tensors(part)
    elif state is not None:
        raise SystemExit(f"a state holds tensors, not {type(state).__name__}: "
                         "what is left out of the message makes a collision false")

def message(state):
    parts = [t.detach().cpu().contiguous().reshape(-1) for t in tensors(state) if t.numel()]
    if not parts:
        raise SystemExit("the state is empty")
    row = {"message": bytes(torch.cat([t.view(torch.uint8) for t in parts]).tolist()).hex()}
    types = {str(t.dtype).replace("torch.", "") for t in parts}
    if len(types) == 1 and types <= {"float32", "float16", "bfloat16", "float64"} and sys.byteorder == "little":
        row["dtype"] = types.pop()
    return row

def plain(value):
    return value.tolist() if isinstance(value, torch.Tensor) else value

def main(inputs, model, out):
    spec = importlib.util.spec_from_file_location("model", model)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    finish = getattr(module, "finish", None)
    with open(inputs) as lines, open(out, "w") as table, torch.no_grad():
        for line in lines:
            item = json.loads(line)
            tokens, cut = item["sequence"]["tokens"], item["cut"]
            state = module.prefix(tokens[:cut])
            row = {"input": item["input"], **message(state)}
            if finish:
                row.update(y=item["y"], output=plain(finish(state, tokens[cut:], item["read"])))
            table.write(json.dumps(row) + "\n")

if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
