// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.BackendException;
import java.util.regex.Pattern;

/**
 * The device cannot do it: there is none, a kernel does not build, memory is short. The message says which; other back
 * ends go on working.
 */
public final class BackendFailure extends BackendException {

    private static final long serialVersionUID = 1;

    /** TornadoVM writes for terminals. */
    private static final Pattern COLOURS = Pattern.compile("\\e\\[[0-9;]*m");

    BackendFailure(String message) {
        super("tornado: " + message, null);
    }

    BackendFailure(String message, Throwable cause) {
        super("tornado: " + message + ": " + root(cause), cause);
    }

    private static String root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : COLOURS.matcher(root.getMessage()).replaceAll("");
    }
}
