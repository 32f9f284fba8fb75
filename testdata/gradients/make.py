"""Writes gradients.json: PyTorch's gradients of the ONNX ops that the compiler differentiates.

Inputs and cotangents are float32; PyTorch computes in float64 and the results are rounded to float32, so a
float32 implementation may be compared with them at its own precision. ONNX Runtime runs every case too, and
its outputs must agree with PyTorch's: that proves that the PyTorch expression means what the ONNX op means.

    pip install torch onnx onnxruntime numpy
    python testdata/gradients/make.py
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper

OPSET = 23
ELEMENT_TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}

random = np.random.default_rng(20250224)
cases = []


# Inputs -------------------------------------------------------------------------------------------------


def normal(*dims):
    return np.asarray(random.standard_normal(dims), dtype=np.float32)


def positive(*dims):
    return np.asarray(random.uniform(0.3, 2.5, dims), dtype=np.float32)


def nonzero(*dims):
    """Of both signs and at least 0.3 from zero: for denominators and for the kink of Relu."""
    return np.asarray(positive(*dims) * random.choice([-1, 1], dims), dtype=np.float32)


def ints(*values):
    return np.array(values, dtype=np.int64)


# Cases --------------------------------------------------------------------------------------------------


def add(op, name, forward, *inputs, **attributes):
    """Adds one case: `forward` takes the inputs as tensors (None where absent) and returns a tensor or a tuple."""
    leaves = []
    for value in inputs:
        if value is None:
            leaves.append(None)
        elif value.dtype == np.float32:
            leaves.append(torch.tensor(value, dtype=torch.float64, requires_grad=True))
        else:
            leaves.append(torch.tensor(value))
    result = forward(*leaves)
    outputs = result if isinstance(result, tuple) else (result,)
    cotangents = [normal(*output.shape) for output in outputs]
    trained = [leaf for leaf in leaves if leaf is not None and leaf.requires_grad]
    gradients = iter(
        torch.autograd.grad(outputs, trained, [torch.tensor(c, dtype=torch.float64) for c in cotangents])
    )
    input_gradients = [
        next(gradients) if leaf is not None and leaf.requires_grad else None for leaf in leaves
    ]
    check_with_onnx_runtime(op, name, inputs, attributes, outputs)
    cases.append(
        {
            "op": op,
            "name": name,
            "attributes": attributes,
            "inputs": [None if value is None else tensor(value, dtype=True) for value in inputs],
            "outputs": [tensor(output.detach().numpy()) for output in outputs],
            "outputGradients": [tensor(cotangent) for cotangent in cotangents],
            "inputGradients": [None if g is None else tensor(g.numpy()) for g in input_gradients],
        }
    )


def tensor(array, dtype=False):
    named = {"dims": list(array.shape)}
    if dtype:
        named["dtype"] = str(array.dtype)
    flat = array.reshape(-1)
    if array.dtype.kind == "f":
        # The shortest decimal that reads back as the same float32.
        flat = [float(str(value)) for value in flat.astype(np.float32)]
    else:
        flat = flat.tolist()
    return {**named, "data": flat}


def check_with_onnx_runtime(op, name, inputs, attributes, outputs):
    names = ["" if value is None else f"input{position}" for position, value in enumerate(inputs)]
    node = helper.make_node(op, names, [f"output{i}" for i in range(len(outputs))], **attributes)
    graph = helper.make_graph(
        [node],
        "case",
        [
            helper.make_tensor_value_info(n, ELEMENT_TYPES[str(value.dtype)], value.shape)
            for n, value in zip(names, inputs)
            if value is not None
        ],
        [helper.make_tensor_value_info(f"output{i}", TensorProto.FLOAT, None) for i in range(len(outputs))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    computed = session.run(None, {n: value for n, value in zip(names, inputs) if value is not None})
    for ours, theirs in zip(outputs, computed, strict=True):
        expected = ours.detach().numpy()
        assert expected.shape == theirs.shape, (op, name, expected.shape, theirs.shape)
        np.testing.assert_allclose(theirs, expected, rtol=2e-5, atol=2e-6, err_msg=f"{op}: {name}")


BROADCASTS = [
    ("same shape", (2, 3), (2, 3)),
    ("leading dims on the left", (2, 2, 3), (3,)),
    ("leading dims on the right", (4,), (3, 2, 4)),
    ("size-1 dims on both sides", (2, 1, 3), (1, 4, 1)),
    ("scalar on the right", (3, 2), ()),
    ("scalar on the left", (), (2, 3)),
    ("size-1 trailing dim", (2, 3, 4), (2, 3, 1)),
]


def add_elementwise():
    for label, left, right in BROADCASTS:
        add("Add", label, torch.add, normal(*left), normal(*right))
        add("Sub", label, torch.sub, normal(*left), normal(*right))
        add("Mul", label, torch.mul, normal(*left), normal(*right))
        add("Div", label, torch.div, normal(*left), nonzero(*right))

    for op, forward, draw in [
        ("Neg", torch.neg, normal),
        ("Identity", torch.clone, normal),
        ("Exp", torch.exp, normal),
        ("Sqrt", torch.sqrt, positive),
        ("Reciprocal", torch.reciprocal, nonzero),
        ("Erf", torch.erf, normal),
        ("Tanh", torch.tanh, normal),
        ("Sigmoid", torch.sigmoid, normal),
        ("Relu", torch.relu, nonzero),
        ("Sin", torch.sin, normal),
        ("Cos", torch.cos, normal),
    ]:
        for dims in [(5,), (2, 3, 4), ()]:
            add(op, f"dims {list(dims)}", forward, draw(*dims))

    for approximate in ["none", "tanh"]:
        for dims in [(7,), (2, 3, 4)]:
            add(
                "Gelu",
                f"{approximate}, dims {list(dims)}",
                lambda x, kind=approximate: F.gelu(x, approximate=kind),
                (normal(*dims) * 2).astype(np.float32),
                approximate=approximate,
            )
    add("Gelu", "approximate absent", F.gelu, normal(3, 4))

    for label, condition, left, right in [
        ("same shape", (2, 3), (2, 3), (2, 3)),
        ("condition broadcast", (4, 1, 3), (4, 2, 3), (4, 2, 3)),
        ("condition wider than both", (3, 2, 4), (2, 4), (4,)),
        ("scalar on the right", (2, 3), (2, 3), ()),
        ("scalar on the left", (1, 3), (), (2, 3)),
        ("scalars", (), (), ()),
    ]:
        chosen = random.integers(0, 2, condition).astype(bool)
        add("Where", label, torch.where, chosen, normal(*left), normal(*right))


def add_normalizations():
    for dims, axis in [((3, 5), -1), ((5,), 0), ((2, 3, 4), -2), ((2, 3, 4), 1), ((4, 3), 0), ((2, 2, 3, 3), 2)]:
        label = f"dims {list(dims)}, axis {axis}"
        add("Softmax", label, lambda x, d=axis: torch.softmax(x, d), normal(*dims), axis=axis)
        add("LogSoftmax", label, lambda x, d=axis: torch.log_softmax(x, d), normal(*dims), axis=axis)
    add("Softmax", "axis absent", lambda x: torch.softmax(x, -1), normal(3, 4))
    add("LogSoftmax", "axis absent", lambda x: torch.log_softmax(x, -1), normal(3, 4))
    masked = normal(2, 5)
    masked[:, 3:] = np.finfo(np.float32).min
    add("Softmax", "masked columns", lambda x: torch.softmax(x, -1), masked, axis=-1)

    for dims, epsilon in [((3, 6), 1e-5), ((5,), 1e-5), ((2, 3, 4), 1e-12), ((1, 2, 3, 5), 1e-3)]:
        features = dims[-1:]
        label = f"dims {list(dims)}, epsilon {epsilon}"
        layer_norm = lambda x, scale, bias=None, e=epsilon, f=features: F.layer_norm(x, f, scale, bias, e)
        add(
            "LayerNormalization",
            label,
            layer_norm,
            normal(*dims),
            normal(*features),
            normal(*features),
            axis=-1,
            epsilon=epsilon,
        )
        rms_norm = lambda x, scale, e=epsilon, f=features: F.rms_norm(x, f, scale, e)
        add("RMSNormalization", label, rms_norm, normal(*dims), normal(*features), axis=-1, epsilon=epsilon)
    add(
        "LayerNormalization",
        "bias absent",
        lambda x, scale: F.layer_norm(x, (4,), scale, None, 1e-5),
        normal(2, 3, 4),
        normal(4),
        axis=-1,
        epsilon=1e-5,
    )


def add_matrix_products():
    for label, left, right in [
        ("2D", (3, 4), (4, 5)),
        ("3D", (2, 3, 4), (2, 4, 2)),
        ("4D", (2, 2, 3, 2), (2, 2, 2, 3)),
        ("activations by a weight", (2, 3, 4), (4, 5)),
        ("a matrix by a batch", (3, 4), (2, 4, 3)),
        ("size-1 batch on the left", (1, 3, 4), (3, 4, 2)),
        ("size-1 batch on the right", (3, 2, 4), (1, 4, 3)),
        ("batch broadcast both ways", (2, 1, 2, 3), (1, 3, 3, 2)),
        ("missing batch dim on the right", (2, 2, 3, 2), (2, 2, 3)),
    ]:
        add("MatMul", label, torch.matmul, normal(*left), normal(*right))

    m, k, n = 3, 4, 5
    for trans_a in (0, 1):
        for trans_b in (0, 1):
            left = (k, m) if trans_a else (m, k)
            right = (n, k) if trans_b else (k, n)
            for label, c_dims, alpha, beta in [
                ("C absent", None, 1.0, 1.0),
                ("C absent", None, 0.5, 1.0),
                ("C [N]", (n,), 1.0, 1.0),
                ("C [1]", (1,), 2.0, 0.5),
                ("C [M,N]", (m, n), 0.25, -1.5),
                ("C [M,1]", (m, 1), 1.0, 0.75),
                ("C [1,N]", (1, n), -1.0, 1.0),
                ("C scalar", (), 1.0, 2.0),
            ]:

                def gemm(a, b, c=None, ta=trans_a, tb=trans_b, alpha=alpha, beta=beta):
                    product = alpha * ((a.T if ta else a) @ (b.T if tb else b))
                    return product if c is None else product + beta * c

                operands = [normal(*left), normal(*right)]
                if c_dims is not None:
                    operands.append(normal(*c_dims))
                add(
                    "Gemm",
                    f"transA {trans_a}, transB {trans_b}, alpha {alpha}, beta {beta}, {label}",
                    gemm,
                    *operands,
                    transA=trans_a,
                    transB=trans_b,
                    alpha=alpha,
                    beta=beta,
                )
    add("Gemm", "attributes absent", lambda a, b, c: a @ b + c, normal(2, 3), normal(3, 4), normal(4))


def add_reductions():
    for op, reduce in [("ReduceSum", torch.sum), ("ReduceMean", torch.mean)]:
        for dims, axes in [((3, 4), [1]), ((2, 3, 4), [-1]), ((2, 3, 4), [0, 2]), ((2, 3, 2, 2), [1, -1])]:
            for keepdims in (0, 1):
                add(
                    op,
                    f"dims {list(dims)}, axes {axes}, keepdims {keepdims}",
                    lambda x, _, r=reduce, a=axes, keep=keepdims: r(x, dim=a, keepdim=bool(keep)),
                    normal(*dims),
                    ints(*axes),
                    keepdims=keepdims,
                )
        for keepdims in (0, 1):
            add(
                op,
                f"all axes, axes absent, keepdims {keepdims}",
                lambda x, r=reduce, keep=keepdims: r(x, dim=[0, 1], keepdim=bool(keep)),
                normal(2, 3),
                keepdims=keepdims,
            )
            add(
                op,
                f"all axes, axes empty, keepdims {keepdims}",
                lambda x, _, r=reduce, keep=keepdims: r(x, dim=[0, 1], keepdim=bool(keep)),
                normal(2, 3),
                ints(),
                keepdims=keepdims,
            )
            add(op, f"scalar, keepdims {keepdims}", lambda x, r=reduce: r(x), normal(), keepdims=keepdims)


def add_movements():
    for dims, perm in [((3,), [0]), ((3, 4), [1, 0]), ((2, 3, 4), [2, 0, 1]), ((2, 3, 2, 4), [0, 2, 1, 3])]:
        label = f"dims {list(dims)}, perm {perm}"
        add("Transpose", label, lambda x, p=perm: x.permute(p), normal(*dims), perm=perm)
    add("Transpose", "perm absent", lambda x: x.permute(2, 1, 0), normal(2, 3, 4))

    for dims, shape, meaning in [
        ((2, 6), [3, 4], [3, 4]),
        ((2, 3, 4), [2, -1], [2, 12]),
        ((2, 3, 4), [0, 0, 2, 2], [2, 3, 2, 2]),
        ((2, 3, 2, 2), [0, 0, -1], [2, 3, 4]),
        ((1, 1), [], []),
        ((), [1, 1], [1, 1]),
    ]:
        label = f"dims {list(dims)}, shape {shape}"
        add("Reshape", label, lambda x, _, to=meaning: x.reshape(to), normal(*dims), ints(*shape))

    for dims, shape in [
        ((3,), [2, 3]),
        ((2, 1, 3), [2, 4, 3]),
        ((1,), [2, 3]),
        ((3, 1), [2, 3, 4]),
        ((2, 3, 1), [1, 4]),
        ((), [2, 2]),
        ((2, 3), [2, 3]),
        ((), []),
    ]:
        label = f"dims {list(dims)}, shape {shape}"
        target = torch.broadcast_shapes(dims, tuple(shape))
        add("Expand", label, lambda x, _, to=target: x.expand(to), normal(*dims), ints(*shape))

    for parts, axis in [
        ([(2, 3), (2, 1)], 1),
        ([(2, 3), (1, 3), (3, 3)], 0),
        ([(2, 2, 3), (2, 1, 3)], -2),
        ([(2, 3, 1), (2, 3, 2), (2, 3, 3)], -1),
        ([(2, 3)], 0),
    ]:
        label = f"{len(parts)} inputs, dims {[list(dims) for dims in parts]}, axis {axis}"
        add("Concat", label, lambda *x, d=axis: torch.cat(x, d), *[normal(*dims) for dims in parts], axis=axis)

    everything = slice(None)
    for label, dims, starts, ends, axes, index in [
        ("one axis", (5, 3), [1], [4], [0], (slice(1, 4),)),
        ("negative axis and bounds", (2, 6), [-4], [-1], [-1], (everything, slice(2, 5))),
        ("two axes", (4, 3, 4), [1, 0], [3, 2], [0, 2], (slice(1, 3), everything, slice(0, 2))),
        ("end beyond the dim", (2, 5), [2], [1000], [1], (everything, slice(2, 5))),
        ("start before the dim", (5, 2), [-100], [2], [-2], (slice(0, 2),)),
        ("first of a sequence", (2, 3, 4), [0], [1], [1], (everything, slice(0, 1))),
    ]:
        steps = ints(*[1] * len(starts))
        add(
            "Slice",
            label,
            lambda x, *_, i=index: x[i].clone(),
            normal(*dims),
            ints(*starts),
            ints(*ends),
            ints(*axes),
            steps,
        )
    add("Slice", "axes and steps absent", lambda x, *_: x[1:, :2].clone(), normal(3, 4), ints(1, 0), ints(3, 2))
    add("Slice", "steps absent", lambda x, *_: x[:, 1:3].clone(), normal(3, 4), ints(1), ints(3), ints(1))

    for dims, axis, split in [((2, 6), 1, [2, 1, 3]), ((5, 2), 0, [4, 1]), ((2, 3, 6), -1, [2, 2, 2])]:
        add(
            "Split",
            f"dims {list(dims)}, axis {axis}, split {split}",
            lambda x, _, s=split, d=axis: tuple(part.clone() for part in torch.split(x, s, d)),
            normal(*dims),
            ints(*split),
            axis=axis,
        )

    for dims, axes in [((2, 1, 3), [1]), ((1, 3, 1), [0, 2]), ((2, 3, 1), [-1]), ((1, 3, 1), [-1, 0]), ((1,), [0])]:
        label = f"dims {list(dims)}, axes {axes}"
        add("Squeeze", label, lambda x, _, a=tuple(axes): x.squeeze(a), normal(*dims), ints(*axes))

    for dims, axes, to in [
        ((2, 3), [1], (2, 1, 3)),
        ((3,), [0, 2], (1, 3, 1)),
        ((2, 3), [-1], (2, 3, 1)),
        ((2, 3), [-1, -3], (2, 1, 3, 1)),
        ((), [0], (1,)),
    ]:
        label = f"dims {list(dims)}, axes {axes}"
        add("Unsqueeze", label, lambda x, _, d=to: x.reshape(d), normal(*dims), ints(*axes))


def add_gathers():
    for label, dims, axis, indices in [
        ("rows, repeated", (4, 3), 0, [[0, 2, 2], [3, 0, 2]]),
        ("rows of 3D", (3, 2, 2), 0, [[2, 0], [1, 1]]),
        ("columns, repeated", (2, 5), 1, [[4, 0], [0, 3]]),
        ("middle axis", (2, 4, 3), 1, [[1, 1], [3, 0]]),
        ("negative axis", (2, 3, 4), -2, [[2, 0, 2]]),
        ("last axis", (2, 4), -1, [3, 3, 0]),
        ("1-D indices", (4, 2), 0, [3, 3, 1]),
        ("scalar index", (2, 3, 4), 1, 0),
        ("negative indices", (4, 2), 0, [[-1, 0], [1, -4]]),
    ]:

        def gather(x, at, d=axis):
            d %= x.dim()
            at = torch.where(at < 0, at + x.shape[d], at)
            taken = x.index_select(d, at.reshape(-1))
            return taken.reshape(*x.shape[:d], *at.shape, *x.shape[d + 1 :])

        add("Gather", label, gather, normal(*dims), np.array(indices, dtype=np.int64), axis=axis)

    for label, dims, axis, indices in [
        ("one per row", (3, 4), 1, [[2], [0], [3]]),
        ("axis 0, repeated", (4, 2), 0, [[0, 3], [0, 1], [2, 1]]),
        ("middle axis from the end", (2, 3, 1), -2, [[[2], [2]], [[0], [1]]]),
        ("negative axis", (2, 2, 3), -1, [[[0, 0], [2, 1]], [[1, 2], [2, 2]]]),
        ("same shape", (2, 3), 1, [[2, 1, 0], [1, 1, 1]]),
    ]:
        at = np.array(indices, dtype=np.int64)
        add("GatherElements", label, lambda x, i, d=axis: torch.gather(x, d, i), normal(*dims), at, axis=axis)


def main():
    add_elementwise()
    add_normalizations()
    add_matrix_products()
    add_reductions()
    add_movements()
    add_gathers()
    versions = {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
    head = f'{{"versions": {json.dumps(versions)}, "opset": {OPSET}, "cases": [\n'
    body = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("gradients.json").write_text(f"{head}{body}\n]}}\n")
    print(f"{len(cases)} cases, {len({case['op'] for case in cases})} ops")


main()
