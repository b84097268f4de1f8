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

    /** The plain loop that moves as many floats on as many threads; it moves three with each of its elements. */
    Spec plain() {
        return new Spec(Kind.PLAIN, "", new Shape(List.of(Math.toIntExact((moved() + 2) / 3))), threads);
    }

    /** What as many threads can multiply and add. */
    static Spec fma(int threads) {
        return new Spec(Kind.FMA, "", new Shape(List.of(FmaPeakBenchmark.FMAS)), threads);
    }

    /** Floats that value and gradient read and write at the least. */
    long moved() {
        return Subjects.of(loss).moved(shape);
    }

    /** Operations of its matrix products. */
    long flops() {
        return Subjects.of(loss).flops(shape);
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
