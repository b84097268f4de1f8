// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import io.github.jloss.LossEntry;
import io.github.jloss.Losses;
import java.util.Iterator;

/** The names of the losses, for shells to complete. */
final class LossNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Losses.all().stream().map(LossEntry::name).iterator();
    }
}
