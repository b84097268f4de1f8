// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.jmh;

/** A library that is measured beside jloss. Its benchmark is compiled only under the Maven profile {@code peers}. */
public interface Peer {

    /**
     * Loads the library.
     *
     * @return its name, version and what it runs on, in one line
     * @throws LinkageError if it cannot be loaded on this machine
     */
    String describe();

    /**
     * libtorch, if it was built in and can be loaded.
     *
     * @return its line for the report
     * @throws IllegalStateException if not; the message says why and what to do
     */
    static String libtorch() {
        try {
            Class<?> type = Class.forName("io.github.jloss.jmh.LibtorchPeer");
            return ((Peer) type.getConstructor().newInstance()).describe();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("--peers: libtorch was not built in; start this with jmh/run --peers", e);
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IllegalStateException("--peers: libtorch cannot be loaded on this machine ("
                    + System.getProperty("os.name") + ", "
                    + System.getProperty("os.arch") + "): " + String.valueOf(cause).replaceAll("\\.+$", "")
                    + ". Its jars are those of linux-x86_64; without --peers everything else runs", e);
        }
    }
}
