package io.github.jloss.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel: what it is known by, and the method that TornadoVM compiles. Equal names mean equal kernels.
 *
 * @param name says what it does, for error messages, too
 * @param task of arguments context, device memory, ints, floats, results
 */
record Kernel(String name, Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task) {

    @Override
    public boolean equals(Object o) {
        return o instanceof Kernel kernel && name.equals(kernel.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
