package io.github.jloss.jmh;

/**
 * One thing to measure.
 *
 * @param kind what
 * @param loss the name of the loss; empty for the plain loop
 * @param shape the batch
 * @param threads threads
 */
record Spec(Kind kind, String loss, Shape shape, int threads) {

    Spec {
        if (!kind.hasLoss()) {
            loss = "";
        }
    }

    /** The same batch measured in another way. */
    Spec with(Kind other) {
        return new Spec(other, loss, shape, threads);
    }

    /** The same with another number of threads. */
    Spec withThreads(int other) {
        return new Spec(kind, loss, shape, other);
    }

    /** Floats of the inputs together. */
    long floats() {
        return kind.hasLoss() ? Subjects.of(loss).floats().applyAsLong(shape) : shape.size();
    }

    @Override
    public String toString() {
        return (loss.isEmpty() ? "" : loss + ", ") + shape.text() + ", " + threads
                + (threads == 1 ? " thread: " : " threads: ") + kind.label();
    }
}
