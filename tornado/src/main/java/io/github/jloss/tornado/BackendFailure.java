package io.github.jloss.tornado;

import io.github.jloss.BackendException;

/**
 * The device cannot do it: there is none, a kernel does not build, memory is short. The message says which; other back
 * ends go on working.
 */
public final class BackendFailure extends BackendException {

    private static final long serialVersionUID = 1;

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
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
