// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.util.Locale;

/**
 * How well a network does on digits it never trained on.
 *
 * @param name of the measure
 * @param value from 0 to 1
 * @param about where the value comes from
 * @param heldOut how many digits those are
 */
record Score(String name, double value, String about, int heldOut) {

    /** The share of held-out digits that a network got right. */
    static Score accuracy(int right, int all) {
        return new Score("accuracy", (double) right / all, right + " of " + all + " digits it never trained on",
                all);
    }

    String percent() {
        return String.format(Locale.ROOT, "%5.1f %%", 100 * value);
    }
}
