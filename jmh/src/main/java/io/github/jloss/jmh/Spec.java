// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

import java.util.List;

/**
 * One thing to measure.
 *
 * @param kind what
 * @param loss the name of the loss; empty for what has none
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

    /** A copy within the device's memory that moves as many floats, half of them read, half written. */
    Spec copy() {
        return new Spec(Kind.COPY, "", new Shape(List.of(Math.toIntExact((moved() + 1) / 2))), threads);
    }

    /** Floats that value and gradient read and write at the least. */
    long moved() {
        return Subjects.of(loss).moved(shape);
    }

    /** Floats of the inputs together. */
    long floats() {
        return kind.hasLoss() ? Subjects.of(loss).floats().applyAsLong(shape) : shape.size();
    }

    @Override
    public String toString() {
        String on = kind.isOnDevice() ? "" : ", " + threads + (threads == 1 ? " thread" : " threads");
        return (loss.isEmpty() ? "" : loss + ", ") + shape.text() + on + ": " + kind.label();
    }
}
