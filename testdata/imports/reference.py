"""A second implementation of what models/trained computes, in plain Python floats.

    python3 reference.py write DIR    writes folders with random weights and what they give out
    python3 reference.py run DIR      prints, as JSON, what the folders in DIR give out on their inputs

Written from the definitions (PyTorch's documentation, the papers), over whole sequences; it shares
nothing with the Go code: no folds, no float32 states. Standard library only.
"""
import cmath, json, math, os, random, struct, sys


# --- safetensors ---------------------------------------------------------------------------------

def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def numel(shape):
    n = 1
    for s in shape:
        n *= s
    return n


def save(path, tensors):
    header, body = {}, b""
    for name, (shape, data) in tensors.items():
        raw = struct.pack("<%df" % len(data), *data)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def load(path):
    with open(path, "rb") as f:
        raw = f.read()
    n = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, e in json.loads(raw[8:8 + n]).items():
        a, b = e["data_offsets"]
        out[name] = (e["shape"], list(struct.unpack("<%df" % ((b - a) // 4), raw[8 + n + a:8 + n + b])))
    return out


def load_folder(folder):
    index = os.path.join(folder, "model.safetensors.index.json")
    if not os.path.exists(index):
        return load(os.path.join(folder, "model.safetensors"))
    out = {}
    with open(index) as f:
        for shard in sorted(set(json.load(f)["weight_map"].values())):
            out.update(load(os.path.join(folder, shard)))
    return out


# --- small linear algebra ------------------------------------------------------------------------

class Weights:
    def __init__(self, tensors, prefix=""):
        self.t, self.p = tensors, prefix

    def at(self, more):
        return Weights(self.t, self.p + more)

    def has(self, name):
        return self.p + name in self.t

    def mat(self, name):
        shape, data = self.t[self.p + name]
        cols = shape[-1]
        return [data[r * cols:(r + 1) * cols] for r in range(shape[0])]

    def vec(self, name):
        return self.t[self.p + name][1]

    def lin(self, name, x):
        y = [sum(w * v for w, v in zip(row, x)) for row in self.mat(name + ".weight")]
        if self.has(name + ".bias"):
            y = [a + b for a, b in zip(y, self.vec(name + ".bias"))]
        return y


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def silu(x):
    return x * sigmoid(x)


def softplus(x):
    return math.log1p(math.exp(x))


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def conv(w, name, xs, bias=None):
    """Depth-wise causal convolution: out[t][c] = sum_k w[c][k] x[t - K + 1 + k][c]."""
    ws = w.mat(name)
    K = len(ws[0])
    out = []
    for t in range(len(xs)):
        out.append([sum(ws[c][k] * xs[t - K + 1 + k][c] for k in range(K) if t - K + 1 + k >= 0) + (bias[c] if bias else 0)
                    for c in range(len(ws))])
    return out


# --- layers: a sequence of vectors to a sequence of vectors ----------------------------------------

def gated(kind, c, w, xs):
    n, hs = c["hidden_size"], xs
    zero = lambda name, k: w.vec(name) if w.has(name) else [0.0] * k
    for layer in range(c.get("num_layers", 1)):
        h, cell, out = [0.0] * n, [0.0] * n, []
        s = "l%d" % layer
        wi, wh = w.mat("weight_ih_" + s), w.mat("weight_hh_" + s)
        bi, bh = zero("bias_ih_" + s, len(wi)), zero("bias_hh_" + s, len(wi))
        for x in hs:
            i = [dot(r, x) + b for r, b in zip(wi, bi)]
            r_ = [dot(r, h) + b for r, b in zip(wh, bh)]
            if kind == "rnn":
                f = (lambda v: max(v, 0.0)) if c.get("nonlinearity") == "relu" else math.tanh
                h = [f(a + b) for a, b in zip(i, r_)]
            elif kind == "gru":
                r = [sigmoid(i[k] + r_[k]) for k in range(n)]
                z = [sigmoid(i[n + k] + r_[n + k]) for k in range(n)]
                m = [math.tanh(i[2 * n + k] + r[k] * r_[2 * n + k]) for k in range(n)]
                h = [(1 - z[k]) * m[k] + z[k] * h[k] for k in range(n)]
            else:
                g = [i[k] + r_[k] for k in range(4 * n)]
                cell = [sigmoid(g[n + k]) * cell[k] + sigmoid(g[k]) * math.tanh(g[2 * n + k]) for k in range(n)]
                h = [sigmoid(g[3 * n + k]) * math.tanh(cell[k]) for k in range(n)]
            out.append(h)
        hs = out
    return hs


def rotate(y, d, t, theta):
    """Half rotation, as in transformers: numbers i and i + d/2 of every head turn by t theta^(-2i/d)."""
    out = list(y)
    for h in range(0, len(y), d):
        for i in range(d // 2):
            z = complex(y[h + i], y[h + i + d // 2]) * cmath.exp(1j * t * theta ** (-2 * i / d))
            out[h + i], out[h + i + d // 2] = z.real, z.imag
    return out


def attention(c, w, xs):
    q, k, v = ([w.lin(name, x) for x in xs] for name in ("query", "key", "value"))
    heads = c.get("num_heads", 1)
    d = c["hidden_size"] // heads
    if c.get("rope"):
        q, k = ([rotate(y, d, t, c.get("rope_theta", 10000)) for t, y in enumerate(ys)] for ys in (q, k))
    group = heads // c.get("num_key_value_heads", heads)
    k, v = ([[a for h in range(heads) for a in y[h // group * d:(h // group + 1) * d]] for y in ys] for ys in (k, v))
    scale = c.get("scale", 1)
    if scale == "1/sqrt(d)":
        scale = d ** -0.5
    out = []
    for i in range(len(xs)):
        upto = i + 1 if c.get("causal") else len(xs)
        y = []
        for h in range(heads):
            cut = slice(h * d, (h + 1) * d)
            e = [math.exp(scale * dot(q[i][cut], k[j][cut])) for j in range(upto)]
            y += [sum(e[j] * v[j][h * d + a] for j in range(upto)) / sum(e) for a in range(d)]
        out.append(w.lin("out", y) if c.get("out_proj") else y)
    return out


def linear_attention(c, w, xs):
    phi = lambda y: [a + 1 if a > 0 else math.exp(a) for a in y]
    q, k = ([phi(w.lin(name, x)) for x in xs] for name in ("query", "key"))
    v = [w.lin("value", x) for x in xs]
    out = []
    for i in range(len(xs)):
        e = [dot(q[i], k[j]) for j in range(i + 1)]
        out.append([sum(e[j] * v[j][a] for j in range(i + 1)) / sum(e) for a in range(len(v[0]))])
    return out


def mamba(c, w, xs):
    hidden, S = c["hidden_size"], c.get("state_size", 16)
    inner, rank = c.get("expand", 2) * hidden, c.get("dt_rank", (hidden + 15) // 16)
    uz = [w.lin("in_proj", x) for x in xs]
    u = conv(w, "conv1d.weight", [y[:inner] for y in uz], w.vec("conv1d.bias"))
    u = [[silu(a) for a in y] for y in u]
    A = [[-math.exp(a) for a in row] for row in w.mat("A_log")]
    D, out = w.vec("D"), []
    h = [[0.0] * S for _ in range(inner)]
    for t in range(len(xs)):
        p = w.lin("x_proj", u[t])
        dt = [softplus(a) for a in w.lin("dt_proj", p[:rank])]
        B, C = p[rank:rank + S], p[rank + S:]
        h = [[math.exp(A[c_][s] * dt[c_]) * h[c_][s] + dt[c_] * B[s] * u[t][c_] for s in range(S)] for c_ in range(inner)]
        y = [(dot(C, h[c_]) + D[c_] * u[t][c_]) * silu(uz[t][inner + c_]) for c_ in range(inner)]
        out.append(w.lin("out_proj", y))
    return out


def gated_deltanet(c, w, xs):
    H, K = c.get("num_heads", 1), c.get("head_dim", 16)
    V, kernel = c.get("expand_v", 2) * c.get("head_dim", 16), c.get("conv_kernel", 0)
    paths = {}
    for name in "qkv":
        ys = [w.lin(name + "_proj", x) for x in xs]
        if kernel:
            ys = conv(w, name + "_conv1d.weight", ys)
        paths[name] = [[silu(a) for a in y] for y in ys]
    A, bias, weight = w.vec("A_log"), w.vec("dt_bias"), w.vec("o_norm.weight")
    S = [[[0.0] * V for _ in range(K)] for _ in range(H)]
    out = []
    for t, x in enumerate(xs):
        a_, b_ = w.lin("a_proj", x), w.lin("b_proj", x)
        y = []
        for h in range(H):
            q, k = paths["q"][t][h * K:(h + 1) * K], paths["k"][t][h * K:(h + 1) * K]
            v = paths["v"][t][h * V:(h + 1) * V]
            q = [e / math.sqrt(dot(q, q) + 1e-6) for e in q]
            k = [e / math.sqrt(dot(k, k) + 1e-6) for e in k]
            a = math.exp(-math.exp(A[h]) * softplus(a_[h] + bias[h]))
            b = sigmoid(b_[h])
            # the paper's form: S = a (I - b k k^T) S + b k v^T
            T = [[a * sum(((i == j) - b * k[i] * k[j]) * S[h][j][m] for j in range(K)) + b * k[i] * v[m] for m in range(V)] for i in range(K)]
            S[h] = T
            o = [sum(q[i] * T[i][m] for i in range(K)) / math.sqrt(K) for m in range(V)]
            rms = math.sqrt(dot(o, o) / V + c.get("norm_eps", 1e-5))
            y += [e / rms * g for e, g in zip(o, weight)]
        if c.get("gate", True):
            y = [e * silu(g) for e, g in zip(y, w.lin("g_proj", x))]
        out.append(w.lin("o_proj", y))
    return out


def mlp(c, w, xs):
    f = silu if c.get("nonlinearity") == "silu" else lambda v: max(v, 0.0)
    return [w.lin("down", [f(a) for a in w.lin("up", x)]) for x in xs]


def norm(kind, eps, w, xs):
    out = []
    for x in xs:
        mean = sum(x) / len(x) if kind == "layer" else 0.0
        y = [v - mean for v in x]
        root = math.sqrt(dot(y, y) / len(y) + eps)
        y = [v / root * g for v, g in zip(y, w.vec("weight"))]
        out.append([a + b for a, b in zip(y, w.vec("bias"))] if kind == "layer" else y)
    return out


def stack(c, w, xs):
    for k, l in enumerate(c["layers"]):
        l = dict({"hidden_size": c["hidden_size"]}, **l)
        inner = w.at("layers.%d." % k)
        ys = norm(c["norm"], c.get("norm_eps", 1e-5), inner.at("norm."), xs) if c.get("norm") else xs
        ys = layer(l, inner, ys)
        xs = [[a + b for a, b in zip(x, y)] for x, y in zip(xs, ys)] if c.get("residual") else ys
    if c.get("final_norm"):
        xs = norm(c["norm"], c.get("norm_eps", 1e-5), w.at("norm."), xs)
    return xs


def layer(c, w, xs):
    kind = c["architecture"]
    if kind in ("rnn", "gru", "lstm"):
        return gated(kind, c, w, xs)
    return {"attention": attention, "linear-attention": linear_attention, "mamba": mamba, "gated-deltanet": gated_deltanet, "mlp": mlp, "stack": stack}[kind](c, w, xs)


# --- whole models ----------------------------------------------------------------------------------

def embed(c, w, seq):
    xs = []
    for i, t in enumerate(seq):
        x = []
        for name in c["features"]:
            if name == "z":
                x += t["z"]
            elif name == "onehot:y":
                x += [1.0 if j + 1 in t["y"] else 0.0 for j in range(c["N"])]
            elif name == "onehot:x":
                x += [1.0 if j + 1 == t["x"] else 0.0 for j in range(c["params"]["V"])]
            else:
                rows = []
                if ":x" in name:
                    rows.append(w.mat("embedding.weight")[t["x"] - 1])
                if name.endswith("position"):
                    rows.append(w.mat("position.weight")[i])
                x += [sum(col) for col in zip(*rows)]
        xs.append(x)
    return xs


def outputs(c, tensors, seq, names):
    w = Weights({names(k): v for k, v in tensors.items()})
    inner = w.at("cell.") if c["architecture"] in ("rnn", "gru", "lstm") else w
    ys = [w.lin("head", y) for y in layer(c, inner, embed(c, w, seq))]
    if "classes" in c:
        return [[c["classes"][y.index(max(y))]] for y in ys]
    return ys


# --- the golden folders ----------------------------------------------------------------------------

QSA = {"task": "qsa", "N": 7, "q": 1, "d": 1, "features": ["z", "onehot:y"], "threshold": 0.5}
IND = {"task": "induction-heads", "N": 8, "params": {"V": 5}}


def cases():
    """name: config, shapes of tensors by our names, names in the file, shards"""
    same = lambda name: name
    n = 4
    head = {"head.weight": [1, n], "head.bias": [1]}

    def cell(gates, inputs, bias=True):
        s = {"cell.weight_ih_l0": [gates * n, inputs], "cell.weight_hh_l0": [gates * n, n]}
        if bias:
            s.update({"cell.bias_ih_l0": [gates * n], "cell.bias_hh_l0": [gates * n]})
        return s

    def heads(p, inputs, bias, out, kv=n):
        s = {}
        for name in ("query", "key", "value"):
            rows = n if name == "query" else kv
            s[p + name + ".weight"] = [rows, inputs]
            if bias:
                s[p + name + ".bias"] = [rows]
        if out:
            s[p + "out.weight"] = [n, n]
            if bias:
                s[p + "out.bias"] = [n]
        return s

    def mamba_(p, inputs, S=3, K=3, R=2):
        return {p + "in_proj.weight": [4 * n, inputs], p + "conv1d.weight": [2 * n, 1, K], p + "conv1d.bias": [2 * n], p + "x_proj.weight": [R + 2 * S, 2 * n],
                p + "dt_proj.weight": [2 * n, R], p + "dt_proj.bias": [2 * n], p + "A_log": [2 * n, S], p + "D": [2 * n], p + "out_proj.weight": [n, 2 * n]}

    def delta(p, inputs, H=2, K=3, V=6, kernel=3, gate=True):
        s = {p + "a_proj.weight": [H, inputs], p + "b_proj.weight": [H, inputs], p + "A_log": [H], p + "dt_bias": [H], p + "o_norm.weight": [V], p + "o_proj.weight": [n, H * V]}
        for name, d in (("q", H * K), ("k", H * K), ("v", H * V)):
            s[p + name + "_proj.weight"] = [d, inputs]
            if kernel:
                s[p + name + "_conv1d.weight"] = [d, 1, kernel]
        if gate:
            s[p + "g_proj.weight"] = [H * V, inputs]
        return s

    c = lambda base, **more: dict(base, hidden_size=n, **more)
    yield "rnn-relu", c(QSA, architecture="rnn", nonlinearity="relu", bias=False), dict(cell(1, 8, False), **head), \
        (lambda k: k.replace("cell.", "rnn.").replace("head.", "fc.")), 1
    yield "gru-wrapped", c(QSA, architecture="gru"), dict(cell(3, 8), **head), (lambda k: "module." + k.replace("cell.", "gru.").replace("head.", "classifier.")), 1
    yield "lstm-shards", c(QSA, architecture="lstm", rename={"memory.": "cell.", "answer.": "head."}), dict(cell(4, 8), **head), \
        (lambda k: k.replace("cell.", "memory.").replace("head.", "answer.")), 2
    yield "attention-heads", c(QSA, architecture="attention", num_heads=2, scale=0.75, bias=True, out_proj=True), dict(heads("", 8, True, True), **head), same, 1
    yield "attention-causal", c(IND, architecture="attention", causal=True, num_heads=2, scale="1/sqrt(d)", features=["onehot:x", "embed:position"], embedding_size=3), \
        dict({"position.weight": [8, 3]}, **heads("", 8, False, False), **head), same, 1
    yield "linear-attention", c(QSA, architecture="linear-attention", state_size=3), \
        dict({"query.weight": [3, 8], "key.weight": [3, 8], "value.weight": [n, 8]}, **head), same, 1
    yield "mamba", c(QSA, architecture="mamba", state_size=3, conv_kernel=3, dt_rank=2), dict(mamba_("", 8), **head), same, 1
    yield "gated-deltanet", c(QSA, architecture="gated-deltanet", num_heads=2, head_dim=3, conv_kernel=3), dict(delta("", 8), **head), same, 1
    yield "hybrid", c(IND, architecture="stack", residual=True, norm="rms", final_norm=True, features=["embed:x+position"], embedding_size=n, layers=[
        {"architecture": "mamba", "state_size": 3, "conv_kernel": 3, "dt_rank": 2}, {"architecture": "attention", "causal": True, "num_heads": 2, "scale": "1/sqrt(d)", "out_proj": True}]), \
        dict({"wte.weight": [5, n], "wpe.weight": [8, n], "layers.0.norm.weight": [n], "layers.1.norm.weight": [n], "norm.weight": [n]},
             **mamba_("layers.0.", n), **heads("layers.1.", n, False, True), **head), same, 1
    yield "hybrid-logits", c(IND, architecture="stack", residual=True, norm="layer", features=["embed:x"], embedding_size=n, classes=[0, 1, 2, 3, 4, 5], layers=[
        {"architecture": "gated-deltanet", "num_heads": 2, "head_dim": 3, "gate": False}, {"architecture": "mlp", "intermediate_size": 6, "nonlinearity": "silu"},
        {"architecture": "linear-attention", "state_size": 3}]), \
        dict({"embedding.weight": [5, n], "head.weight": [6, n], "head.bias": [6], "layers.0.norm.weight": [n], "layers.0.norm.bias": [n], "layers.1.norm.weight": [n], "layers.1.norm.bias": [n],
              "layers.2.norm.weight": [n], "layers.2.norm.bias": [n], "layers.1.up.weight": [6, n], "layers.1.up.bias": [6], "layers.1.down.weight": [n, 6], "layers.1.down.bias": [n],
              "layers.2.query.weight": [3, n], "layers.2.key.weight": [3, n], "layers.2.value.weight": [n, n]}, **delta("layers.0.", n, kernel=0, gate=False)), same, 1
    yield "hybrid-rope", c(IND, architecture="stack", residual=True, norm="rms", features=["embed:x"], embedding_size=n, classes=[0, 1, 2, 3, 4, 5], layers=[
        {"architecture": "attention", "causal": True, "num_heads": 2, "num_key_value_heads": 1, "scale": "1/sqrt(d)", "rope": True, "rope_theta": 100, "bias": True, "out_proj": True},
        {"architecture": "gated-deltanet", "num_heads": 2, "head_dim": 3, "conv_kernel": 3}]), \
        dict({"embedding.weight": [5, n], "head.weight": [6, n], "head.bias": [6], "layers.0.norm.weight": [n], "layers.1.norm.weight": [n]},
             **heads("layers.0.", n, True, True, 2), **delta("layers.1.", n)), same, 1
    yield "attention-groups", c(QSA, architecture="attention", num_heads=4, num_key_value_heads=2, bias=True), dict(heads("", 8, True, False, 2), **head), same, 1
    # the same kind without classes, so that numbers and not their order are compared
    yield "rope", c(IND, architecture="attention", causal=True, num_heads=2, num_key_value_heads=1, rope=True, features=["onehot:x"]), dict(heads("", 5, False, False, 2), **head), same, 1


# what the names in a file are read as, for the folders that do not have ours
RENAMES = {"rnn-relu": [("rnn.", "cell."), ("fc.", "head.")], "gru-wrapped": [("module.", ""), ("gru.", "cell."), ("classifier.", "head.")],
           "lstm-shards": [("memory.", "cell."), ("answer.", "head.")], "hybrid": [("wte.", "embedding."), ("wpe.", "position.")]}


def names_of(folder):
    def f(name):
        for old, new in RENAMES.get(folder, []):
            name = name.replace(old, new)
        return name
    return f


def write(root):
    rng = random.Random(7)
    for name, config, shapes, rename, shards in cases():
        folder = os.path.join(root, name)
        os.makedirs(folder, exist_ok=True)
        tensors = {}
        for key, shape in shapes.items():
            fan = shape[-1] if len(shape) > 1 else 4
            tensors[rename(key)] = (shape, [f32(rng.gauss(0, 1) / math.sqrt(fan)) for _ in range(numel(shape))])
        with open(os.path.join(folder, "config.json"), "w") as f:
            json.dump(config, f, indent=1)
        keys = list(tensors)
        if shards == 1:
            save(os.path.join(folder, "model.safetensors"), tensors)
        else:
            where = {}
            for k in range(shards):
                file = "model-%05d-of-%05d.safetensors" % (k + 1, shards)
                part = {key: tensors[key] for key in keys[k::shards]}
                save(os.path.join(folder, file), part)
                where.update({key: file for key in part})
            with open(os.path.join(folder, "model.safetensors.index.json"), "w") as f:
                json.dump({"metadata": {}, "weight_map": where}, f, indent=1)
        inputs = []
        for _ in range(4):
            if config["task"] == "qsa":
                inputs.append([{"z": [rng.choice([-1.0, 0.0, 1.0])], "y": [rng.randint(1, config["N"])]} for _ in range(config["N"])])
            else:
                inputs.append([{"x": rng.randint(1, config["params"]["V"])} for _ in range(config["N"])])
        with open(os.path.join(folder, "inputs.json"), "w") as f:
            json.dump(inputs, f)
    with open(os.path.join(root, "outputs.json"), "w") as f:
        json.dump(run(root), f, indent=1)


def run(root):
    out = {}
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        if not os.path.isdir(folder):
            continue
        with open(os.path.join(folder, "config.json")) as f:
            config = json.load(f)
        with open(os.path.join(folder, "inputs.json")) as f:
            inputs = json.load(f)
        tensors = load_folder(folder)
        out[name] = [outputs(config, tensors, seq, names_of(name)) for seq in inputs]
    return out


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("write", "run"):
        sys.exit(__doc__)
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        json.dump(run(sys.argv[2]), sys.stdout)
