// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.internal.Similar;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The losses of the command line. To add one is to add an entry to the list of its family. */
final class Losses {

    static final List<LossSpec> ALL = Stream.of(PointwiseLosses.ALL, SoftmaxLosses.ALL, OverlapLosses.ALL,
            EmbeddingLosses.ALL).flatMap(List::stream).toList();

    private Losses() {}

    /** The loss of a name, if there is one: an id, with _ or -, or a class name. */
    static Optional<LossSpec> find(String name) {
        String id = name.replace('-', '_');
        return ALL.stream().filter(l -> l.id().equals(id) || l.className().equals(name)).findFirst();
    }

    /** The loss of a name, or an error that lists those there are. */
    static LossSpec named(String name) {
        return find(name).orElseThrow(() -> new UserError("loss " + name + ": unknown, expected one of "
                + ALL.stream().map(LossSpec::id).collect(Collectors.joining(", "))
                + Similar.didYouMean(name, ALL.stream().map(LossSpec::id).toList())));
    }
}
