// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

import io.github.jloss.Backend;
import java.io.InvalidObjectException;
import java.io.Serializable;

/**
 * What a back end writes in its place when a loss is serialized, as threads and devices do not travel: its name, by
 * which it is found where the loss is read, in its default form.
 *
 * <pre>{@code
 * private Object writeReplace() {
 *     return new NamedBackend(name());
 * }
 * }</pre>
 *
 * @param name as in {@link Backend#named}
 */
public record NamedBackend(String name) implements Serializable {

    private Object readResolve() throws InvalidObjectException {
        try {
            return Backend.named(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidObjectException(e.getMessage(), e);
        }
    }
}
