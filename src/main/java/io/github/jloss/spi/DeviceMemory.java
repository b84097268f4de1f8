// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.spi;

/**
 * Floats that are not in this JVM's memory but on a device: what a back end makes tensors of that stay where they are
 * computed with. {@code toString} says where that is, as in "on the device ...".
 */
public interface DeviceMemory {

    /**
     * How many floats there are.
     *
     * @return the number of elements
     */
    long size();

    /**
     * Copies from the device.
     *
     * @param from index of the first element on the device
     * @param into receives the elements
     * @param at index of the first element written
     * @param n number of elements
     */
    void read(long from, float[] into, int at, int n);

    /**
     * Copies to the device.
     *
     * @param from holds the elements
     * @param at index of the first element read
     * @param to index of the first element on the device
     * @param n number of elements
     */
    void write(float[] from, int at, long to, int n);
}
