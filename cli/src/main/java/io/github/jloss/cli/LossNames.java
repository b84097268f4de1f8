// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Iterator;

/** The names of the losses, for shells to complete. */
final class LossNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Losses.ALL.stream().map(LossSpec::id).iterator();
    }
}
