// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A run of the command: its exit code and what it printed. */
record Cli(int code, String out, String err) {

    static Cli run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Cli(code, out.toString(), err.toString());
    }
}
