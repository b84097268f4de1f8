// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** The tasks of the command line. */
enum TaskKind {

    /** One against all. */
    RECOGNISE(40) {
        @Override
        Task task(LossSum loss, Random random) {
            return new Recognition(false);
        }
    },

    /** One of ten. */
    CLASSIFY(40) {
        @Override
        Task task(LossSum loss, Random random) {
            return new Recognition(true);
        }
    },

    /** Ink or not, pixel by pixel. */
    SEGMENT(20) {
        @Override
        Task task(LossSum loss, Random random) {
            return new Segmentation();
        }
    },

    /** Equal digits near each other. */
    EMBED(40) {
        @Override
        Task task(LossSum loss, Random random) {
            return switch (loss.terms().getFirst().loss().id()) {
                case "contrastive" -> new PairEmbedding(false, 0);
                case "cosine_embedding" -> new PairEmbedding(true, -1);
                case "triplet_margin" -> new TripletEmbedding();
                default -> new MarginEmbedding(random);
            };
        }
    };

    private final int epochs;

    TaskKind(int epochs) {
        this.epochs = epochs;
    }

    /** Times that every digit is seen where nothing else is said. */
    int epochs() {
        return epochs;
    }

    abstract Task task(LossSum loss, Random random);

    static TaskKind named(String name) {
        return Arrays.stream(values()).filter(k -> k.toString().equals(name)).findFirst()
                .orElseThrow(() -> new UserError("--task: found \"" + name + "\", expected one of "
                        + Arrays.stream(values()).map(TaskKind::toString).collect(Collectors.joining(", "))));
    }

    /** Refuses losses that this task has no target for. */
    void requireFitting(LossSum sum) {
        for (LossSum.Term term : sum.terms()) {
            LossSpec loss = term.loss();
            if (!loss.tasks().contains(this)) {
                throw new UserError("loss " + loss.id() + ": fits " + (loss.tasks().isEmpty() ? "no task"
                        : "--task " + loss.tasks().stream().map(TaskKind::toString).collect(Collectors.joining(", ")))
                        + ", not " + this + ", which takes " + Losses.ALL.stream()
                                .filter(l -> l.tasks().contains(this)).map(LossSpec::id)
                                .collect(Collectors.joining(", ")));
            }
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
