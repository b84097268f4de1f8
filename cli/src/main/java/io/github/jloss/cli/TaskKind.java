// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import io.github.jloss.TargetKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
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
            return switch (loss.terms().getFirst().loss().name()) {
                case "contrastive" -> new PairEmbedding(false, 0);
                case "cosine_embedding" -> new PairEmbedding(true, -1);
                case "triplet_margin" -> new TripletEmbedding();
                default -> new MarginEmbedding(random);
            };
        }
    };

    /** Pointwise losses of logits: a pixel's yes or no. */
    private static final Set<String> OF_LOGITS =
            Set.of("bce_with_logits", "weighted_bce_with_logits", "asymmetric_multi_label", "focal");

    private final int epochs;

    TaskKind(int epochs) {
        this.epochs = epochs;
    }

    /** Times that every digit is seen where nothing else is said. */
    int epochs() {
        return epochs;
    }

    abstract Task task(LossSum loss, Random random);

    /** The tasks that a loss can train. */
    static List<TaskKind> of(LossEntry loss) {
        return Arrays.stream(values()).filter(kind -> kind.fits(loss)).toList();
    }

    private boolean fits(LossEntry loss) {
        boolean labels = loss.target() == TargetKind.LABELS || loss.target() == TargetKind.LABELS_OR_FLOATS;
        return switch (this) {
            case RECOGNISE -> loss.family().equals("pointwise") || loss.family().equals("softmax") && !labels;
            // The network's outputs are no log-probabilities.
            case CLASSIFY -> loss.family().equals("softmax") && labels && !loss.name().equals("nll");
            case SEGMENT -> loss.family().equals("overlap") || loss.family().equals("pointwise")
                    && OF_LOGITS.contains(loss.name());
            case EMBED -> loss.inputs().size() > 1;
        };
    }

    static TaskKind named(String name) {
        return Arrays.stream(values()).filter(k -> k.toString().equals(name)).findFirst()
                .orElseThrow(() -> new UserError("--task: found \"" + name + "\", expected one of "
                        + Arrays.stream(values()).map(TaskKind::toString).collect(Collectors.joining(", "))));
    }

    /** Refuses losses that this task has no target for. */
    void requireFitting(LossSum sum) {
        for (LossSum.Term term : sum.terms()) {
            LossEntry loss = term.loss();
            if (!fits(loss)) {
                throw new UserError("loss " + loss.name() + ": fits " + (of(loss).isEmpty() ? "no task"
                        : "--task " + of(loss).stream().map(TaskKind::toString).collect(Collectors.joining(", ")))
                        + ", not " + this + ", which takes " + Losses.all().stream().filter(this::fits)
                                .map(LossEntry::name).collect(Collectors.joining(", ")));
            }
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
