package io.github.jloss.tornado;

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
 */
record Kernel(String name, Class<?> template, UnaryOperator<byte[]> rewriting) {

    /** A kernel that is its template. */
    static Kernel of(String name, Class<?> template) {
        return new Kernel(name, template, UnaryOperator.identity());
    }

    /**
     * The kernel for a plan.
     *
     * @param fast whether it may be less exact
     * @return a task of context, device memory, ints, floats and results
     */
    @SuppressWarnings("unchecked")
    Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray> task(boolean fast) {
        KernelLoader loader = new KernelLoader(template.getClassLoader(), fast);
        loader.add(template.getName(), rewriting.apply(loader.bytes(template.getName())));
        try {
            return (Task5<KernelContext, FloatArray, IntArray, FloatArray, FloatArray>)
                    loader.loadClass(template.getName()).getMethod("task").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
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
