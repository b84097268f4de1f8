// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/**
 * A back end cannot do what was asked of it though the arguments are right: its device or driver is missing, say, or
 * out of memory. The message says which; other back ends go on working.
 */
public class BackendException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /**
     * For back ends.
     *
     * @param message one line that names the back end and the cause
     * @param cause what the back end got to see, or null
     */
    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
