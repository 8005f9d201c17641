"""Tests of what training rests on: `python test_training.py`. Needs no corpus, takes half a minute."""

import json
import pathlib
import tempfile
import unittest

import gguf
import numpy as np
import torch
import torch.nn.functional as F

import checkpoints
import corpus_rules
import kernels
import spans
import tokenizer
from corpus import Corpus as Texts
from decode import greedy
from export_gguf import export
from model import Config, Model
from muon import Optimizer, orthogonalise

SMALL = Config(
    vocabulary=300, context=64, hidden=32, layers=2, heads=2, kv_rank=32, dense=64, experts=4, expert=32
)


def gradients(f, *inputs):
    """The value of f and its gradients, weighted so that no symmetry hides an error."""
    leaves = [t.clone().requires_grad_() for t in inputs]
    out = f(*leaves)
    out.backward(torch.arange(out.numel()).view_as(out).sin())
    return [out.detach(), *(t.grad for t in leaves)]


class Kernels(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)

    def assert_same(self, a, b):
        for x, y in zip(a, b, strict=True):
            torch.testing.assert_close(x, y, atol=2e-4, rtol=2e-4)

    def test_attention_agrees_with_pytorch(self):
        qkv = [torch.randn(2, 3, 512, 16) for _ in range(3)]
        plain = lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)  # noqa: E731
        self.assert_same(gradients(kernels.attention, *qkv), gradients(plain, *qkv))

    def test_experts_agree_with_computing_all_of_them(self):
        x, weights = torch.randn(40, 16), torch.rand(40, 2)
        gate_up, down = torch.randn(5, 24, 16) / 4, torch.randn(5, 16, 12) / 4
        # Expert 4 gets no token.
        chosen = torch.stack([torch.randperm(4)[:2] for _ in range(40)])

        def plain(x, weights, gate_up, down):
            gate, up = torch.einsum("td,efd->tef", x, gate_up).chunk(2, -1)
            each = torch.einsum("tef,edf->ted", F.silu(gate) * up, down)
            picked = each.gather(1, chosen[..., None].expand(-1, -1, 16))
            return (picked * weights[..., None]).sum(1)

        def grouped(x, weights, gate_up, down):
            return kernels.experts(x, chosen, weights, gate_up, down)[0]

        inputs = (x, weights, gate_up, down)
        self.assert_same(gradients(grouped, *inputs), gradients(plain, *inputs))

    def test_head_loss_agrees_with_cross_entropy(self):
        state, table = torch.randn(1500, 8), torch.randn(50, 8)
        targets, weights = torch.randint(0, 50, (1500,)), torch.rand(1500)
        plain = lambda s, t: (  # noqa: E731
            F.cross_entropy(s @ t.t(), targets, reduction="none") * weights
        ).sum()[None]
        fused = lambda s, t: kernels.head_loss(s, t, targets, weights)[0][None]  # noqa: E731
        self.assert_same(gradients(fused, state, table), gradients(plain, state, table))


class Training(unittest.TestCase):
    def test_orthogonalised_matrices_have_singular_values_near_one(self):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(3, 24, 40)).float())
        self.assertTrue((values > 0.5).all() and (values < 1.4).all())

    def test_a_matrix_without_gradient_stays_where_it_is(self):
        model = Model(SMALL)
        optimizer = Optimizer(model, 0.01, 0.01, 0.01, 0.01)
        for p in model.parameters():
            p.grad = torch.ones_like(p)
        optimizer.step(1.0)
        model.norm.weight.grad = torch.ones_like(model.norm.weight)
        before = model.mtp.eh_proj.clone()
        optimizer.step(1.0)
        self.assertTrue(torch.equal(before, model.mtp.eh_proj))

    def test_balancing_lifts_the_idle_expert_and_lowers_the_busy_one(self):
        model = Model(SMALL)
        moe = model.moe_layers()[0]
        moe.load += torch.tensor([10.0, 2.0, 0.0, 3.0])
        model.balance(0.01)
        self.assertEqual([round(b, 2) for b in moe.bias.tolist()], [-0.01, 0.01, 0.01, 0.01])

    def test_no_position_sees_a_later_one(self):
        model = Model(SMALL).eval()
        a = torch.randint(8, 300, (1, 64))
        b = a.clone()
        b[0, 40:] = 9
        with torch.no_grad():
            x, y = (model(model.embed(t))[0, :40] for t in (a, b))
        torch.testing.assert_close(x, y)

    def test_cached_decoding_gives_the_most_likely_tokens(self):
        torch.manual_seed(1)
        model = Model(SMALL).eval()
        prompts = [torch.randint(8, 300, (n,)).tolist() for n in (20, 33, 7)]
        for prompt, answer in zip(prompts, greedy(model, prompts, {tokenizer.EOS}, 8)):
            for token in answer:
                with torch.no_grad():
                    logits = model.logits(model(model.embed(torch.tensor([prompt]))))[0, -1]
                logits[[i for i in range(8) if i != tokenizer.EOS]] = -1e9
                self.assertEqual(int(logits.argmax()), token)
                prompt.append(token)


class Corpus(unittest.TestCase):
    def test_reads_licence_expressions(self):
        for good in ("MIT", "(MIT OR GPL-3.0)", "MIT AND ISC"):
            self.assertTrue(corpus_rules.is_permissive(good), good)
        for bad in ("GPL-3.0", "MIT AND GPL-3.0", "BSD", "UNLICENSED", ""):
            self.assertFalse(corpus_rules.is_permissive(bad), bad)

    def test_takes_out_secrets_and_addresses(self):
        text = corpus_rules.clean("\ufeffa = 'AKIAABCDEFGHIJKLMNOP'\r\n# jane.doe@mail.example.org\r\n")
        self.assertEqual(text, "a = 'SECRET'\n# user@example.com\n")

    def test_holes_lie_within_the_text(self):
        text = "class A {\n  run(x, y) {\n    return f(x, [y]);\n  }\n}\n\n# end\n" * 4
        rng = np.random.default_rng(0)
        for _ in range(2000):
            a, b = spans.choose(rng, text, 0, len(text))
            self.assertTrue(0 <= a < b <= len(text))

    def test_some_holes_are_syntax_nodes_or_the_rest_of_one(self):
        text = "const a = f(x, [y]);\n" * 30
        node = (text.index("f("), text.index(";"))
        rng = np.random.default_rng(0)
        holes = [spans.choose(rng, text, 0, len(text), np.array([node])) for _ in range(500)]
        self.assertGreater(holes.count(node), 30)
        self.assertTrue(any(node[0] < a < b == node[1] for a, b in holes))

    def test_finds_the_nodes_of_a_stretch(self):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            (work / "train.bin").write_bytes(b"a = 1\n" + b"call(x, y)\n")
            entry = {"lang": "py", "package": "p", "path": "x.py", "weight": 1.0}
            lines = [entry | {"offset": 0, "length": 6}, entry | {"offset": 6, "length": 11}]
            (work / "train.jsonl").write_text("".join(json.dumps(d) + "\n" for d in lines))
            np.array([[0, 5], [6, 10], [10, 6]], "<u4").tofile(work / "train.nodes.bin")
            corpus = Texts(work, "train")
            second = corpus.documents[1]
            self.assertEqual(corpus.nodes(second, 0, 11).tolist(), [[0, 10], [4, 10]])
            self.assertEqual(corpus.nodes(second, 1, 11).tolist(), [[4, 10]])
            (work / "train.nodes.bin").unlink()
            self.assertEqual(len(Texts(work, "train").nodes(second, 0, 11)), 0)

    def test_nothing_merges_across_a_line_end_and_decoding_is_lossless(self):
        texts = ["if (a) {\n    return b;\n} else {\n    this.c(d);\n}\n"] * 50 + ["größe = 'é😀'\n"]
        trained = tokenizer.train(texts, 330)
        for text in (*texts, "\t\n  \n x\x00"):
            ids = trained.encode(text, add_special_tokens=False).ids
            self.assertEqual(trained.decode(ids), text)
        self.assertFalse([t for t in trained.get_vocab() if "Ċ" in t[1:].lstrip("ĊĠĉ")])
        self.assertIn("Ġ{", trained.get_vocab())
        self.assertEqual(trained.token_to_id("<｜fim▁suffix▁first｜>"), tokenizer.SUFFIX_FIRST)


class Export(unittest.TestCase):
    def test_writes_every_weight_in_the_layout_of_the_engine(self):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            model = Model(SMALL)
            checkpoints.save(work, model, Optimizer(model, 0, 0, 0, 0), 3, {})
            tokenizer.train(["a b c\n"] * 3, 300).save(str(work / "tokenizer.json"))
            export(checkpoints.newest(work), work, work / "m.gguf", "f32", True)
            read = {t.name: t.data for t in gguf.GGUFReader(work / "m.gguf").tensors}
        weights = sum(p.numel() for p in model.parameters())
        biases = sum(m.bias.numel() for m in model.moe_layers())
        self.assertEqual(sum(t.size for t in read.values()), weights + biases)
        kv_b = model.layers[1].attention.kv_b.detach().view(2, 96, 32)
        np.testing.assert_array_equal(read["blk.1.attn_k_b.weight"], kv_b[:, :32].mT.numpy())
        np.testing.assert_array_equal(read["blk.1.attn_v_b.weight"], kv_b[:, 32:].numpy())
        mtp = model.mtp.layer.ffn.gate_up.detach()
        np.testing.assert_array_equal(read["blk.2.ffn_up_exps.weight"], mtp[:, 32:].numpy())


if __name__ == "__main__":
    unittest.main()
