// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells how far a training is: a bar that is drawn over and over on a terminal, a line per epoch elsewhere. */
final class Progress {

    private static final int WIDTH = 20;

    private final PrintWriter out;
    private final boolean terminal;
    private final int epochs;

    Progress(PrintWriter out, boolean terminal, int epochs) {
        this.out = out;
        this.terminal = terminal;
        this.epochs = epochs;
    }

    void epoch(int epoch, double loss, Score score) {
        String state = String.format(Locale.ROOT, "epoch %" + Integer.toString(epochs).length()
                + "d/%d  loss %-9.4g held-out %s %s", epoch, epochs, loss, score.name(), score.percent());
        if (terminal) {
            int full = (int) ((long) WIDTH * epoch / epochs);
            out.print("\r[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + state);
            if (epoch == epochs) out.println();
        } else {
            out.println(state);
        }
        out.flush();
    }
}
