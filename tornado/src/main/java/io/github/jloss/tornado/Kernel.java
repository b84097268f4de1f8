// SPDX-License-Identifier: Apache-2.0
package io.github.jloss.tornado;

import io.github.jloss.internal.kernel.Bits;
import io.github.jloss.internal.kernel.Fma;
import io.github.jloss.tornado.kernels.DeviceBits;
import io.github.jloss.tornado.kernels.DeviceFma;
import io.github.jloss.tornado.kernels.FastBits;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A kernel: what it is known by, and what it is compiled from. Equal names mean equal kernels.
 *
 * @param name says what it does, for error messages, too
 * @param template has {@code static Task5<..> task()}, which gives the method to compile
 * @param rewriting what is done to the template's class file before
 * @param standIns the names of classes, and of those that stand in for them in this kernel
 */
record Kernel(String name, Class<?> template, UnaryOperator<byte[]> rewriting, Map<String, String> standIns) {

    /** A kernel that is its template. */
    static Kernel of(String name, Class<?> template) {
        return new Kernel(name, template, UnaryOperator.identity(), Map.of());
    }

    /** A kernel that is its template, but for one class that it uses. */
    static Kernel of(String name, Class<?> template, Class<?> replaced, Class<?> standIn) {
        return new Kernel(name, template, UnaryOperator.identity(), Map.of(replaced.getName(), standIn.getName()));
    }

    /**
     * What is compiled.
     *
     * @param method of context, device memory, ints, floats and results
     */
    record Task(Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> method) {}

    /**
     * The kernel for plans.
     *
     * @param fast whether it may be less exact
     * @return a task over classes of its own
     */
    @SuppressWarnings("unchecked")
    Task task(boolean fast) {
        Map<String, String> all = new HashMap<>(standIns);
        all.put(Fma.class.getName(), DeviceFma.class.getName());
        all.put(Bits.class.getName(), (fast ? FastBits.class : DeviceBits.class).getName());
        try {
            KernelLoader loader = new KernelLoader(template.getClassLoader(), all);
            loader.add(template.getName(), rewriting.apply(loader.bytes(template.getName())));
            return new Task((Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray>)
                    loader.loadClass(template.getName()).getMethod("task").invoke(null));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new BackendFailure("kernel " + name + " cannot be loaded", e);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Kernel kernel && name.equals(kernel.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }
}
