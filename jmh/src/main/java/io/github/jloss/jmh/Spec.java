package io.github.jloss.jmh;

/**
 * One thing to measure.
 *
 * @param kind what
 * @param loss the name of the loss; empty for the plain loop
 * @param size elements
 * @param threads threads
 */
record Spec(Kind kind, String loss, int size, int threads) {

    Spec {
        if (!kind.hasLoss()) {
            loss = "";
        }
    }

    /** The same batch measured in another way. */
    Spec with(Kind other) {
        return new Spec(other, loss, size, threads);
    }

    /** The same with another number of threads. */
    Spec withThreads(int other) {
        return new Spec(kind, loss, size, other);
    }

    @Override
    public String toString() {
        return (loss.isEmpty() ? "" : loss + ", ") + "%,d, ".formatted(size) + threads
                + (threads == 1 ? " thread: " : " threads: ") + kind.label();
    }
}
