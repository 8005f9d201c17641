"""Writes a checkpoint as a GGUF file of architecture deepseek2, in the layout with split kv_b.

usage: export_gguf.py CHECKPOINT OUT.gguf --work FOLDER [--type f32|f16|q8_0|q4_0] [--no-mtp]

`--type` holds for matrices; norms, router and its bias stay float32. With q4_0 the embedding, which is
the head as well, keeps q8_0: it is the most sensitive part.
"""

import argparse
import json
import pathlib

import gguf
import numpy as np

import checkpoints
from gguf import GGMLQuantizationType as Type
from tokenizer import BOS, EOS, FIM_BEGIN, FIM_END, FIM_HOLE, PAD, SPECIAL_TOKENS, SUFFIX_FIRST

TYPES = {"f32": Type.F32, "f16": Type.F16, "q8_0": Type.Q8_0, "q4_0": Type.Q4_0}
FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "q4_0": 2}
CONTROL, UNUSED, NORMAL = gguf.TokenType.CONTROL, gguf.TokenType.UNUSED, gguf.TokenType.NORMAL


def layer_tensors(weights: dict[str, np.ndarray], source: str, block: int, c) -> dict:
    """The tensors of one block by their GGUF names; `source` is the layer's prefix in the model."""
    w = {k[len(source) :]: v for k, v in weights.items() if k.startswith(source)}
    kv_b = w["attention.kv_b"].reshape(c.heads, c.nope + c.value, c.kv_rank)
    out = {
        "attn_norm.weight": w["attention_norm.weight"],
        "attn_q.weight": w["attention.q"],
        "attn_kv_a_mqa.weight": w["attention.kv_a"],
        "attn_kv_a_norm.weight": w["attention.kv_a_norm.weight"],
        "attn_k_b.weight": kv_b[:, : c.nope].transpose(0, 2, 1),
        "attn_v_b.weight": kv_b[:, c.nope :],
        "attn_output.weight": w["attention.output"],
        "ffn_norm.weight": w["ffn_norm.weight"],
    }
    if "ffn.gate" in w:
        for part in ("gate", "up", "down"):
            out[f"ffn_{part}.weight"] = w[f"ffn.{part}"]
    else:
        out |= {
            "ffn_gate_inp.weight": w["ffn.router"],
            "exp_probs_b.bias": w["ffn.bias"],
            "ffn_gate_exps.weight": w["ffn.gate_up"][:, : c.expert],
            "ffn_up_exps.weight": w["ffn.gate_up"][:, c.expert :],
            "ffn_down_exps.weight": w["ffn.down"],
        }
        for part in ("gate", "up", "down"):
            out[f"ffn_{part}_shexp.weight"] = w[f"ffn.shared.{part}"]
    return {f"blk.{block}.{name}": np.ascontiguousarray(v) for name, v in out.items()}


def tensors(weights: dict[str, np.ndarray], c, mtp: bool) -> dict[str, np.ndarray]:
    """All tensors by their GGUF names; the head is the embedding and has none of its own."""
    scale = c.input_scale
    out = {
        "token_embd.weight": weights["embedding"] * scale,
        "output_norm.weight": weights["norm.weight"] / scale,
    }
    for i in range(c.layers):
        out |= layer_tensors(weights, f"layers.{i}.", i, c)
    if mtp:
        out |= layer_tensors(weights, "mtp.layer.", c.layers, c)
        names = {"eh_proj": "eh_proj.weight", "enorm.weight": "enorm.weight"}
        names |= {"hnorm.weight": "hnorm.weight", "norm.weight": "shared_head_norm.weight"}
        for mine, theirs in names.items():
            out[f"blk.{c.layers}.nextn.{theirs}"] = weights[f"mtp.{mine}"]
        head_norm = f"blk.{c.layers}.nextn.shared_head_norm.weight"
        out[head_norm] = out[head_norm] / scale
    return out


def add_shape(writer: gguf.GGUFWriter, c, mtp: bool):
    prefix = "deepseek2."
    numbers = {
        "block_count": c.layers + mtp,
        "context_length": c.context,
        "embedding_length": c.hidden,
        "vocab_size": c.vocabulary,
        "feed_forward_length": c.dense,
        "leading_dense_block_count": 1,
        "attention.head_count": c.heads,
        "attention.head_count_kv": 1,
        "attention.q_lora_rank": 0,
        "attention.kv_lora_rank": c.kv_rank,
        "attention.key_length": c.kv_rank + c.rope,
        "attention.value_length": c.kv_rank,
        "attention.key_length_mla": c.nope + c.rope,
        "attention.value_length_mla": c.value,
        "rope.dimension_count": c.rope,
        "expert_count": c.experts,
        "expert_used_count": c.used,
        "expert_feed_forward_length": c.expert,
        "expert_shared_count": c.shared,
        "expert_gating_func": 2,
        "expert_group_count": 1,
        "expert_group_used_count": 1,
    }
    if mtp:
        numbers["nextn_predict_layers"] = 1
    for key, value in numbers.items():
        writer.add_uint32(prefix + key, int(value))
    writer.add_float32(prefix + "attention.layer_norm_rms_epsilon", c.epsilon)
    writer.add_float32(prefix + "rope.freq_base", c.rope_base)
    writer.add_float32(prefix + "expert_weights_scale", 1.0)
    writer.add_bool(prefix + "expert_weights_norm", True)


def add_tokenizer(writer: gguf.GGUFWriter, text: str):
    state = json.loads(text)
    tokens = [t for t, _ in sorted(state["model"]["vocab"].items(), key=lambda item: item[1])]
    kinds = [CONTROL] * (len(SPECIAL_TOKENS) - 1) + [UNUSED]
    kinds += [NORMAL] * (len(tokens) - len(kinds))
    merges = [m if isinstance(m, str) else " ".join(m) for m in state["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    # llama.cpp knows no pre-tokenizer like ours; this one splits least, so it agrees most often.
    writer.add_tokenizer_pre("superbpe")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_pad_token_id(PAD)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_uint32("tokenizer.ggml.fim_pre_token_id", FIM_BEGIN)
    writer.add_uint32("tokenizer.ggml.fim_suf_token_id", FIM_HOLE)
    writer.add_uint32("tokenizer.ggml.fim_mid_token_id", FIM_END)
    writer.add_string("tokenizer.huggingface.json", text)
    bos, suffix_first = SPECIAL_TOKENS[BOS], SPECIAL_TOKENS[SUFFIX_FIRST]
    begin, hole, end = (SPECIAL_TOKENS[i] for i in (FIM_BEGIN, FIM_HOLE, FIM_END))
    writer.add_string("lacuna.fim.layout", "spm")
    writer.add_string("lacuna.fim.template", f"{bos}{suffix_first}{{suffix}}{end}{{prefix}}")
    writer.add_string(
        "lacuna.fim.template_psm", f"{bos}{begin}{{prefix}}{hole}{{suffix}}{end}"
    )
    writer.add_uint32("lacuna.fim.spm_token_id", SUFFIX_FIRST)


def tensor_type(name: str, array: np.ndarray, wanted: str) -> Type:
    if array.ndim < 2 or "ffn_gate_inp" in name:
        return Type.F32
    if name == "token_embd.weight" and wanted == "q4_0":
        return Type.Q8_0
    return TYPES[wanted]


def add_sampling(writer: gguf.GGUFWriter, copy: float | None, beam: int | None):
    """How the model wants to be decoded, where that was measured (`lacuna eval --copy --beam`)."""
    if copy is not None:
        writer.add_float32("lacuna.sampling.copy", copy)
    if beam is not None:
        writer.add_uint32("lacuna.sampling.beam", beam)


def export(
    checkpoint: pathlib.Path,
    work: pathlib.Path,
    out: pathlib.Path,
    kind: str,
    mtp: bool,
    copy: float | None = None,
    beam: int | None = None,
):
    model, _ = checkpoints.load_model(checkpoint)
    weights = {k: v.float().numpy() for k, v in model.state_dict().items()}
    writer = gguf.GGUFWriter(str(out), "deepseek2")
    writer.add_name("Lacuna 18M")
    writer.add_quantization_version(2)
    writer.add_file_type(FILE_TYPES[kind])
    add_shape(writer, model.c, mtp)
    add_tokenizer(writer, (work / "tokenizer.json").read_text())
    add_sampling(writer, copy, beam)
    for name, array in tensors(weights, model.c, mtp).items():
        quantised = tensor_type(name, array, kind)
        data = gguf.quants.quantize(array.astype(np.float32), quantised)
        writer.add_tensor(name, data, raw_dtype=quantised)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path, help="a file, or the folder of a run")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--type", choices=TYPES, default="q8_0")
    parser.add_argument("--no-mtp", action="store_true")
    parser.add_argument("--copy", type=float, help="share of what repetition makes likely, 0 … 1")
    parser.add_argument("--beam", type=int, help="beginnings of a line to search over, 1 … 6")
    args = parser.parse_args()
    checkpoint = checkpoints.newest(args.checkpoint)
    if args.copy is not None and not 0 <= args.copy < 1:
        parser.error("--copy is at least 0 and below 1")
    if args.beam is not None and not 1 <= args.beam <= 6:
        parser.error("--beam is 1 to 6")
    export(
        checkpoint, args.work, args.out, args.type, not args.no_mtp, args.copy, args.beam
    )


if __name__ == "__main__":
    main()
