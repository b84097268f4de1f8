# SPDX-License-Identifier: Apache-2.0
"""jloss beside PyTorch, eager and compiled, and JAX on the CPU: value and gradient of one batch.

All run in turn, in rounds, each library in a process of its own that stays warm, on the same cores, with the same
numbers. Before they are measured, value and gradients of each are compared with ours. Of a loss that can be written in
several ways, the fastest is kept. Prints a table in Markdown; progress goes to standard error.
"""
import argparse
import importlib.machinery
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
# The formulas are those of the table of GPUs.
loader = importlib.machinery.SourceFileLoader("torch_gpu", os.path.join(HERE, "torch-gpu"))
torch_gpu = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(torch_gpu)

WAYS = {"jloss": "jloss", "eager": "torch eager", "compile": "torch.compile", "jax": "jax.jit"}
JEMALLOC = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"]
KEPT = "dirty_decay_ms:-1,muzzy_decay_ms:-1"
INSTALL = "python3 -m venv peers && peers/bin/pip install torch jax && PEERS_PYTHON=peers/bin/python jmh/peers"
TOLERANCE, FLOOR = 1e-4, 0.05
FEWEST_CALLS = 3


def options(arguments):
    parser = argparse.ArgumentParser(prog="jmh/peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--losses", metavar="A,B", help="default: all of jmh/run")
    parser.add_argument("--sizes", metavar="S,T", help="as of jmh/run; default: what suits each loss")
    parser.add_argument("--threads", type=int, default=1, help="threads of each, and cores; default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each, of which the median is taken; "
                        "default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.5, help="of a turn; default: %(default)s")
    parser.add_argument("--json", metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args(arguments)
    for name in ("threads", "rounds", "seconds"):
        if getattr(chosen, name) <= 0:
            parser.error("--%s: found %s, expected more than 0" % (name, getattr(chosen, name)))
    return chosen


def check():
    """Says what is missing before anything is built."""
    missing = [name for name in ("torch", "jax") if not importlib.util.find_spec(name)]
    if missing:
        sys.exit("jmh/peers: this Python (%s) has no %s. For example: %s" % (sys.executable, " and no ".join(missing),
                                                                           INSTALL))
    if not (os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")):
        sys.exit("jmh/peers: torch.compile needs a C++ compiler: apt-get install g++")


def jemalloc():
    files = [os.path.join(place, "libjemalloc.so.2") for place in JEMALLOC]
    return next((file for file in files if os.path.exists(file)), None) if sys.platform == "linux" else None


def pin(threads):
    """All processes started from now on run on these cores: as many as threads, the last that we may use."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned"
    cores = sorted(os.sched_getaffinity(0))
    if threads > len(cores):
        sys.exit("jmh/peers: --threads: found %d, expected at most %d, the cores there are" % (threads, len(cores)))
    os.sched_setaffinity(0, cores[-threads:])
    return "pinned to core%s %s" % ("s" if threads > 1 else "", ", ".join(str(core) for core in cores[-threads:]))


class Failure(Exception):
    pass


class Worker:
    """A process that answers a line with a line."""

    def __init__(self, command, environment):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=dict(os.environ, **environment))

    def ask(self, *words):
        try:
            self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.errors.seek(0)
            raise Failure("it ended: " + (self.errors.read().strip().split("\n") or [""])[-1])
        if answer.startswith("error"):
            raise Failure(answer[len("error "):])
        return answer

    def end(self):
        self.process.stdin.close()
        self.process.wait()


# What follows until main runs in the workers.

class Engine:
    """One library: how it takes a batch, and ways to compute value and gradients of it."""

    def __init__(self, threads):
        self.threads = threads
        self.steps = {}

    def prepare(self, loss, folder, fields):
        """Makes the batch that jloss wrote and, of each way, keeps the fastest formula that agrees with jloss."""
        import numpy
        shapes = {name: [int(length) for length in dims.split("x")] for name, dims in
                  (field.split("=") for field in fields[1:])}

        def read(name, kind="f4", shape=None):
            return numpy.fromfile(os.path.join(folder, name), kind).reshape(shape or shapes[name])

        inputs = [read("input%d" % i) for i in range(sum(name.startswith("input") for name in shapes))]
        target = read("target") if "target" in shapes else None
        if "labels" in shapes:
            target = read("labels", "i4").astype("i8")
            if loss.endswith("_multiclass"):  # one-hot once, not in each call
                classes = inputs[0].shape[1]
                target = numpy.moveaxis(numpy.eye(classes, dtype="f4")[target], -1, 1).copy()
        expected = float(fields[0]), [read("gradient%d" % i, "f4", x.shape) for i, x in enumerate(inputs)]
        self.steps.clear()
        chosen = []
        for way, candidates in self.ways(loss, inputs, target).items():
            tried, failures = {}, []
            for name, make in candidates:
                try:
                    step = make()
                    compare(expected, self.numbers(*step()))
                    tried[self.measure(step, 0.3)] = (name, step)
                except Exception as e:  # another formula may do
                    failures.append("%s: %s: %s" % (name, type(e).__name__, " ".join(str(e).split())[:200]))
            if not tried:
                raise Failure("%s: %s" % (way, "; ".join(failures)))
            name, self.steps[way] = tried[min(tried)]
            chosen.append("%s=%s" % (way, name))
        return " ".join(chosen)

    @staticmethod
    def measure(step, seconds):
        times, end = [], time.perf_counter() + seconds
        step()
        while len(times) < FEWEST_CALLS or time.perf_counter() < end:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        return 1e6 * statistics.median(times)


def compare(expected, found):
    """The same work gives the same numbers; the bounds are those of jmh/run."""
    import numpy
    if not abs(found[0] - expected[0]) <= TOLERANCE * abs(expected[0]):
        raise Failure("not the same work: value %r, of jloss %r" % (found[0], expected[0]))
    for ours, theirs in zip(expected[1], found[1]):
        room = TOLERANCE * numpy.maximum(abs(theirs), FLOOR * abs(theirs).max())
        if ours.shape != theirs.shape or not (abs(ours - theirs) <= room).all():
            raise Failure("not the same work: gradients differ by up to %r of %r"
                          % (float(abs(ours - theirs).max()), float(abs(theirs).max())))


class Torch(Engine):

    def __init__(self, threads):
        super().__init__(threads)
        import torch
        self.torch = torch
        torch.set_num_threads(threads)

    def describe(self):
        return "torch %s, %s" % (self.torch.__version__, self.torch.backends.cpu.get_cpu_capability())

    def formulas(self, loss):
        torch = self.torch
        formulas = [("", torch_gpu.formula(torch, loss, "cpu"))]
        if loss == "asymmetric_multi_label":
            def powers(x, y):  # the exponents 1 and 4 as multiplications
                positive = torch.sigmoid(x)
                shifted = (positive - 0.05).clamp(min=0)
                return -(y * (1 - positive) * torch.log(positive.clamp(min=1e-8))
                         + (1 - y) * shifted.square().square() * torch.log((1 - shifted).clamp(min=1e-8))).sum()
            formulas.append(("powers", powers))
        return formulas

    def ways(self, loss, arrays, target):
        torch = self.torch
        torch.compiler.reset()
        # Copies, so that libtorch's allocator places and aligns them.
        inputs = [torch.tensor(array, requires_grad=True) for array in arrays]
        plain = [x.detach() for x in inputs]
        target = None if target is None else torch.tensor(target)

        def backward(value_of):
            def step():
                for x in inputs:
                    x.grad = None  # so that torch may hand over its own buffer
                value = value_of(*inputs, target)
                value.backward()
                return value.item(), [x.grad for x in inputs]
            return step

        def whole(value_of):
            both = torch.compile(torch.func.grad_and_value(value_of, argnums=tuple(range(len(inputs)))), dynamic=False)

            def step():
                gradients, value = both(*plain, target)
                return value.item(), gradients
            return step

        formulas = self.formulas(loss)
        return {"eager": [("backward" + name, lambda f=f: backward(f)) for name, f in formulas],
                "compile": [("backward" + name, lambda f=f: backward(torch.compile(f, dynamic=False)))
                            for name, f in formulas]
                + [("one_graph" + name, lambda f=f: whole(f)) for name, f in formulas]}

    @staticmethod
    def numbers(value, gradients):
        return value, [g.numpy() for g in gradients]


class Jax(Engine):

    def __init__(self, threads):
        super().__init__(threads)
        import jax
        self.jax = jax

    def describe(self):
        return "jax %s" % self.jax.__version__

    def formulas(self, loss):
        """The usual composition; where there are several, the fastest is kept."""
        jax = self.jax
        np, nn = jax.numpy, jax.nn
        w_p, w_n = torch_gpu.W_P, torch_gpu.W_N

        def bce(x, t):
            return np.mean(np.maximum(x, 0) - x * t + np.log1p(np.exp(-abs(x))))

        def mse(x, t):
            return np.mean(np.square(x - t))

        def huber(x, t):
            d = abs(x - t)
            return np.mean(np.where(d < 1, 0.5 * d * d, d - 0.5))

        def asymmetric(x, t):
            p = nn.sigmoid(x)
            q = np.minimum(1.05 - p, 1)
            value = t * np.log(np.maximum(p, 1e-8)) + (1 - t) * np.log(np.maximum(q, 1e-8))
            return -np.sum(value * (1 - p * t - q * (1 - t)) ** (t + 4 * (1 - t)))

        def asymmetric_powers(x, t):
            p = nn.sigmoid(x)
            shifted = np.maximum(p - 0.05, 0)
            return -np.sum(t * (1 - p) * np.log(np.maximum(p, 1e-8))
                           + (1 - t) * shifted ** 4 * np.log(np.maximum(1 - shifted, 1e-8)))

        def of_label(x, t):
            return np.take_along_axis(x, np.expand_dims(t, 1), 1)

        def of_label_compared(x, t):
            classes = np.arange(x.shape[1]).reshape([-1] + [1] * (x.ndim - 2))
            return np.sum(np.where(classes == np.expand_dims(t, 1), x, 0), 1, keepdims=True)

        def cross_entropy(pick):
            return lambda x, t: np.mean(nn.logsumexp(x, 1, keepdims=True) - pick(x, t))

        def log_softmax(x, t):
            return -np.mean(of_label(nn.log_softmax(x, 1), t))

        def jaccard(activation, axes):
            def value(x, t):
                p = activation(x)
                both = np.sum(p * t, axes)
                return np.mean(1 - both / (np.sum(p, axes) + np.sum(t, axes) - both + 1e-7))
            return value

        def dice(activation, axes):
            def value(x, t):
                p = activation(x)
                return np.mean(1 - 2 * np.sum(p * t, axes) / np.maximum(np.sum(p, axes) + np.sum(t, axes), 1e-7))
            return value

        def distance(a, b):
            return np.sqrt(np.sum(np.square(a - b + 1e-6), 1))

        def contrastive(a, b, same):
            d = distance(a, b)
            return np.mean(same * d * d + (1 - same) * np.square(np.maximum(2 - d, 0)))

        def cosine(a, b, y):
            c = np.sum(a * b, 1) / np.sqrt((np.sum(a * a, 1) + 1e-12) * (np.sum(b * b, 1) + 1e-12))
            return np.mean(np.where(y > 0, 1 - c, np.maximum(c, 0)))

        def triplet(a, p, n, _):
            return np.mean(np.maximum(1 + distance(a, p) - distance(a, n), 0))

        def arcface(pick):
            def value(x, w, t):
                def normal(v):
                    return v / np.linalg.norm(v, axis=1, keepdims=True)
                cosines = normal(x) @ normal(w).T
                angle = np.arccos(np.clip(pick(cosines, t), -1 + 1e-7, 1 - 1e-7))
                own = 64 * np.cos(angle + 0.5)
                if pick is of_label:
                    logits = (64 * cosines).at[np.arange(len(t)), t].set(own[:, 0])
                else:
                    logits = np.where(np.arange(len(w)) == t[:, None], own, 64 * cosines)
                return np.mean(nn.logsumexp(logits, 1) - own[:, 0])
            return value

        labels = [("gathered", cross_entropy(of_label)), ("compared", cross_entropy(of_label_compared)),
                  ("log_softmax", log_softmax)]

        def softmax(x):
            return nn.softmax(x, 1)

        return {
            "bce": [("", bce), ("softplus", lambda x, t: np.mean(nn.softplus(x) - x * t)),
                    ("log_sigmoid", lambda x, t: -np.mean(t * nn.log_sigmoid(x) + (1 - t) * nn.log_sigmoid(-x)))],
            "weighted_bce": [("", lambda x, t: np.mean(w_n * (1 - t) * x + (w_n + (w_p - w_n) * t) * (
                np.maximum(-x, 0) + np.log1p(np.exp(-abs(x)))))),
                ("softplus", lambda x, t: np.mean(w_p * t * nn.softplus(-x) + w_n * (1 - t) * nn.softplus(x)))],
            "mse": [("", mse)],
            "l1": [("", lambda x, t: np.mean(abs(x - t)))],
            "smooth_l1": [("", huber)],
            "huber": [("", huber)],
            "rmse": [("", lambda x, t: np.sqrt(mse(x, t) + 1e-6))],
            "asymmetric_multi_label": [("", asymmetric), ("powers", asymmetric_powers)],
            "combined": [("", lambda x, t: 0.5 * bce(x, t) + 0.5 * mse(x, t))],
            "cross_entropy": labels,
            "cross_entropy_pixels": labels,
            "jaccard": [("", jaccard(nn.sigmoid, None))],
            "dice": [("", dice(nn.sigmoid, None))],
            "jaccard_multiclass": [("", jaccard(softmax, None))],
            "dice_multiclass": [("", dice(softmax, (0, 2, 3)))],
            "contrastive": [("", contrastive)],
            "cosine_embedding": [("", cosine)],
            "triplet_margin": [("", triplet)],
            "arcface": [("gathered", arcface(of_label)), ("compared", arcface(of_label_compared))],
        }[loss]

    def ways(self, loss, arrays, target):
        jax = self.jax
        inputs = [jax.numpy.array(array) for array in arrays]
        target = None if target is None else jax.numpy.array(target)

        def make(value_of):
            both = jax.jit(jax.value_and_grad(value_of, argnums=tuple(range(len(inputs)))))

            def step():
                value, gradients = both(*inputs, target)
                jax.block_until_ready(gradients)
                return float(value), gradients
            return step

        return {"jax": [("jit" + name, lambda f=f: make(f)) for name, f in self.formulas(loss)]}

    @staticmethod
    def numbers(value, gradients):
        import numpy
        return value, [numpy.asarray(g) for g in gradients]


def work(engine, threads):
    """Answers until the standard input ends; what libraries print goes to the standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    try:
        library = {"torch": Torch, "jax": Jax}[engine](threads)
    except Exception as e:
        library = e
    for line in sys.stdin:
        words = line.split()
        try:
            if isinstance(library, Exception):
                raise library
            if words[0] == "describe":
                answer = library.describe()
            elif words[0] == "prepare":
                answer = library.prepare(words[1], words[2], words[3:])
            else:
                answer = library.measure(library.steps[words[1]], float(words[2]))
        except Exception as e:
            answer = "error %s: %s" % (type(e).__name__, " ".join(str(e).split()))
        print(answer, file=answers, flush=True)


# The command.

def start(java, classpath, threads, allocator):
    """jloss, torch and jax."""
    environment = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads), "JAX_PLATFORMS": "cpu",
                   # Compiles within the process, not in helpers of its own.
                   "TORCHINDUCTOR_COMPILE_THREADS": "1"}
    if threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false " + os.environ.get("XLA_FLAGS", "")
    if allocator:
        environment.update(LD_PRELOAD=allocator, MALLOC_CONF=KEPT)
    workers = {"jloss": Worker([java, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                                "-cp", classpath, "io.github.jloss.jmh.Turns"], {})}
    for engine in ("torch", "jax"):
        workers[engine] = Worker([sys.executable, os.path.abspath(__file__), "--worker", engine, str(threads)],
                                 environment)
    return workers


def rows(chosen, subjects):
    """Losses and shapes to measure."""
    known = dict(subject.split("=") for subject in subjects.split())
    losses = chosen.losses.split(",") if chosen.losses else list(known)
    for loss in losses:
        if loss not in known:
            raise Failure("--losses: found %s, expected some of %s" % (loss, ", ".join(known)))
    all_rows = []
    for loss in losses:
        shapes = known[loss].split(",")
        if chosen.sizes:
            shapes = [size for size in chosen.sizes.split(",") if size.count("x") == shapes[0].count("x")]
        all_rows += [(loss, shape) for shape in shapes]
    if not all_rows:
        raise Failure("none of these losses has one of these sizes")
    return all_rows


def measure(workers, loss, shape, chosen):
    result = {"loss": loss, "shape": shape, "threads": chosen.threads, "micros": {}, "form": {}, "failed": {}}
    with tempfile.TemporaryDirectory() as folder:
        fields = workers["jloss"].ask("prepare", loss, shape, chosen.threads, folder)
        turns = {"jloss": (workers["jloss"], ["measure"])}
        for engine in ("torch", "jax"):
            try:
                answer = workers[engine].ask("prepare", loss, folder, fields)
                for way, form in (choice.split("=") for choice in answer.split()):
                    result["form"][way] = form
                    turns[way] = (workers[engine], ["measure", way])
            except Failure as e:
                result["failed"][engine] = str(e)
    for _ in range(chosen.rounds):
        for way, (worker, words) in turns.items():
            result["micros"].setdefault(way, []).append(float(worker.ask(*words, chosen.seconds)))
    return result


def time_of(times):
    if not times:
        return "-"
    middle = statistics.median(times)
    return "%s ± %.0f %%" % (torch_gpu.micros(middle), 50 * (max(times) - min(times)) / middle)


def strongest(result):
    """The fastest of the peers, and how many times our time its time is."""
    peers = {way: statistics.median(times) for way, times in result["micros"].items() if way != "jloss"}
    if not peers:
        return "-", "-"
    best = min(peers, key=peers.get)
    return WAYS[best], "%.2fx" % (peers[best] / statistics.median(result["micros"]["jloss"]))


def report(head, results, allocator):
    lines = ["## jloss beside PyTorch and JAX on the CPU: value and gradient of one batch", ""]
    lines += ["- %s: %s" % field for field in head.items()] + ["", "Microseconds: the median of the rounds ± half the "
              "distance between the fastest and the slowest. Value and gradients of all agree with ours.", ""]
    lines += ["| loss | size | " + " | ".join(name + " us" for name in WAYS.values())
              + " | strongest peer | peer / jloss |",
              "|---|---:|" + "---:|" * len(WAYS) + "---|---:|"]
    for result in results:
        size = result["shape"] if "x" in result["shape"] else "{:,}".format(int(result["shape"]))
        name, ratio = strongest(result)
        cells = [result["loss"], size] + [time_of(result["micros"].get(way)) for way in WAYS] + [
            name, ratio if allocator else "-"]
        lines.append("| " + " | ".join(cells) + " |")
    failed = ["- %s, %s: %s: %s" % (result["loss"], result["shape"], engine, why) for result in results
              for engine, why in result["failed"].items()]
    return "\n".join(lines + (["", "### Failed", ""] + failed if failed else []))


def main():
    if sys.argv[1:2] == ["--worker"]:
        return work(sys.argv[2], int(sys.argv[3]))
    if sys.argv[1:2] == ["--check"]:
        options(sys.argv[2:])
        return check()
    if sys.argv[1:2] != ["--jloss"]:
        options(sys.argv[1:])
        sys.exit("jmh/peers: start this with jmh/peers")
    java, classpath, *arguments = sys.argv[2:]
    chosen = options(arguments)
    load = os.getloadavg()[0]
    cores = pin(chosen.threads)
    allocator = jemalloc()
    workers = start(java, classpath, chosen.threads, allocator)
    results = []
    try:
        to_measure = rows(chosen, workers["jloss"].ask("subjects"))
        head = {"Machine": "%s, %s" % (workers["jloss"].ask("machine"), cores), "Threads": chosen.threads,
                "Peers": "%s; %s" % (workers["torch"].ask("describe"), workers["jax"].ask("describe")),
                "Allocator of the peers": "jemalloc, MALLOC_CONF=" + KEPT if allocator else "the system's: not at "
                "their best, so without a ratio; found no libjemalloc.so.2 in %s (Linux only); `apt-get install "
                "libjemalloc2` brings it" % ", ".join(JEMALLOC),
                "Load": "%.1f before the start (from 1 on others have a part of the machine)" % load,
                "Measured": "%d rounds of %g s each, in turn" % (chosen.rounds, chosen.seconds),
                "Command": "`%s`" % " ".join(["jmh/peers"] + arguments)}
        for number, (loss, shape) in enumerate(to_measure, 1):
            try:
                results.append(measure(workers, loss, shape, chosen))
            except Failure as e:
                results.append({"loss": loss, "shape": shape, "micros": {}, "form": {}, "failed": {"jloss": str(e)}})
            print("[%d/%d] %s, %s: %s" % (number, len(to_measure), loss, shape, ", ".join(
                ["%s %s us" % (way, time_of(times)) for way, times in results[-1]["micros"].items()]
                + ["%s FAILED" % engine for engine in results[-1]["failed"]])), file=sys.stderr)
            if chosen.json:
                with open(chosen.json, "w", encoding="utf-8") as file:
                    json.dump({"head": head, "results": results}, file, indent=1)
    except (Failure, OSError) as e:
        sys.exit("jmh/peers: %s" % e)
    finally:
        for worker in workers.values():
            worker.end()
    print(report(head, results, allocator))
    sys.exit(1 if any(result["failed"] for result in results) else 0)


if __name__ == "__main__":
    main()
