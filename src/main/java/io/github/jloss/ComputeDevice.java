// SPDX-License-Identifier: Apache-2.0
package io.github.jloss;

/** Something that a back end can compute on. */
public interface ComputeDevice {

    /**
     * What {@link Backend#device} knows it by.
     *
     * @return such as {@code 0:1}
     */
    String id();

    /**
     * How code gets there.
     *
     * @return such as {@code OPENCL}
     */
    String kind();

    /**
     * What its driver calls it.
     *
     * @return such as {@code NVIDIA H200}
     */
    String name();

    /**
     * What sort of thing it is.
     *
     * @return such as {@code GPU}
     */
    String type();

    /**
     * How much it can hold.
     *
     * @return bytes
     */
    long memory();
}
